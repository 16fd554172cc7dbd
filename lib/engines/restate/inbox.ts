import type { RestatePromise, WorkflowContext, internal } from '@restatedev/restate-sdk';
import { signalName, type SentSignal } from './wire.js';
import type { RestateSdk } from './sdk.js';

/** The context of a workflow, with what the SDK calls internal: signals and explicit cancellation. */
export type SagaContext = WorkflowContext & internal.ContextInternal;

const CANCELLED: SentSignal = {
  kind: 'cancel',
  by: 'operator',
  reason: 'cancelled through Restate',
};
const DEADLINE: SentSignal = { kind: 'cancel', by: 'deadline', reason: 'deadline' };

interface Arrival {
  readonly by: 'signal' | 'cancel' | 'time';
  readonly sent: SentSignal;
}

/**
 * What comes to a saga from outside: signals, a cancel by Restate's own tools, its deadline. They cost
 * nothing in the journal until they come, and a replay sees them at the same places.
 */
export class Inbox {
  #signal: RestatePromise<SentSignal>;
  #received = 0;
  #deadline: RestatePromise<void> | undefined;
  /** What can arrive, from one arrival to the next. */
  #waiting: RestatePromise<Arrival>[] | undefined;

  constructor(
    private readonly sdk: RestateSdk,
    private readonly ctx: SagaContext,
    deadline: RestatePromise<void> | undefined,
  ) {
    this.#signal = ctx.signal<SentSignal>(signalName(0));
    this.#deadline = deadline;
  }

  /** Either the value of the first work to end, or a signal that came before it; all work goes on then. */
  async or<T>(
    works: readonly RestatePromise<T>[],
  ): Promise<{ readonly value: T } | { readonly sent: SentSignal }> {
    const values = works.map((work) => work.map((done) => ({ value: done as T })));
    const won = await this.sdk.RestatePromise.race([...values, ...this.#arrivals()]);
    return 'value' in won ? won : { sent: this.#taken(won) };
  }

  async next(): Promise<SentSignal> {
    return this.#taken(await this.sdk.RestatePromise.race(this.#arrivals()));
  }

  // The mappers have no side effects: the SDK also calls those of races that were over long ago.
  #arrivals(): RestatePromise<Arrival>[] {
    if (this.#waiting !== undefined) return this.#waiting;
    const signalled = this.#signal.map((sent): Arrival => ({
      by: 'signal',
      sent: sent as SentSignal,
    }));
    const cancelled = this.ctx
      .cancellation()
      .map((): Arrival => ({ by: 'cancel', sent: CANCELLED }));
    const late = this.#deadline?.map((): Arrival => ({ by: 'time', sent: DEADLINE }));
    return (this.#waiting =
      late === undefined ? [signalled, cancelled] : [signalled, cancelled, late]);
  }

  #taken({ by, sent }: Arrival): SentSignal {
    this.#waiting = undefined;
    if (by === 'signal')
      this.#signal = this.ctx.signal<SentSignal>(signalName((this.#received += 1)));
    if (by === 'time') this.#deadline = undefined;
    return sent;
  }
}
