import type { RestatePromise, WorkflowContext, internal } from '@restatedev/restate-sdk';
import { wishName, type Wish } from './wire.js';
import type { RestateSdk } from './sdk.js';

/** The context of a workflow, with what the SDK calls internal: signals and explicit cancellation. */
export type SagaContext = WorkflowContext & internal.ContextInternal;

const CANCELLED: Wish = { kind: 'cancel', by: 'operator', reason: 'cancelled through Restate' };
const DEADLINE: Wish = { kind: 'cancel', by: 'deadline', reason: 'deadline' };

interface Arrival {
  readonly by: 'wish' | 'cancel' | 'time';
  readonly wish: Wish;
}

/**
 * What comes to a saga from outside: wishes, a cancel by Restate's own tools, its deadline. They cost
 * nothing in the journal until they come, and a replay sees them at the same places.
 */
export class Inbox {
  #wish: RestatePromise<Wish>;
  #wishes = 0;
  #deadline: RestatePromise<void> | undefined;
  /** What can arrive, from one arrival to the next. */
  #waiting: RestatePromise<Arrival>[] | undefined;

  constructor(
    private readonly sdk: RestateSdk,
    private readonly ctx: SagaContext,
    deadline: RestatePromise<void> | undefined,
  ) {
    this.#wish = ctx.signal<Wish>(wishName(0));
    this.#deadline = deadline;
  }

  /** Either the value of the first work to end, or a wish that came before it; all work goes on then. */
  async or<T>(
    works: readonly RestatePromise<T>[],
  ): Promise<{ readonly value: T } | { readonly wish: Wish }> {
    const values = works.map((work) => work.map((done) => ({ value: done as T })));
    const won = await this.sdk.RestatePromise.race([...values, ...this.#arrivals()]);
    return 'value' in won ? won : { wish: this.#taken(won) };
  }

  async next(): Promise<Wish> {
    return this.#taken(await this.sdk.RestatePromise.race(this.#arrivals()));
  }

  // Without side effects: the SDK also calls the mappers of races that were over long ago.
  #arrivals(): RestatePromise<Arrival>[] {
    if (this.#waiting !== undefined) return this.#waiting;
    const wished = this.#wish.map((wish): Arrival => ({ by: 'wish', wish: wish as Wish }));
    const cancelled = this.ctx
      .cancellation()
      .map((): Arrival => ({ by: 'cancel', wish: CANCELLED }));
    const late = this.#deadline?.map((): Arrival => ({ by: 'time', wish: DEADLINE }));
    return (this.#waiting = late === undefined ? [wished, cancelled] : [wished, cancelled, late]);
  }

  #taken({ by, wish }: Arrival): Wish {
    this.#waiting = undefined;
    if (by === 'wish') this.#wish = this.ctx.signal<Wish>(wishName((this.#wishes += 1)));
    if (by === 'time') this.#deadline = undefined;
    return wish;
  }
}
