import {
  SagaExecutionException,
  SagaOrchestratorBuilder,
  type ISagaCompensationContext,
  type ISagaContext,
  type RunEnvironment,
  type SagaBuilderOptions,
  type SagaRecord,
  type SagaStep,
  type SagaStepHooks,
} from 'nestjs-saga-orchestrator/core';
import { answers, type Behaviour } from './behaviours.js';
import { ManualClock } from './manual-clock.js';
import { RecordingLogger } from './recording-logger.js';

export interface OrderContext {
  readonly userId: string;
  readonly productId: string;
  quantity: number;
  orderId?: string;
}

export function order(): OrderContext {
  return { userId: 'user-1', productId: 'tea', quantity: 2 };
}

interface Participant extends Omit<SagaStepHooks<OrderContext, unknown>, 'compensate'> {
  /** What its action does, attempt by attempt; the last one goes on. @default it succeeds */
  readonly does?: readonly Behaviour[];
  /** The same of its compensation; `null`: it has none. */
  readonly undoes?: readonly Behaviour[] | null;
}

interface Call {
  /** `Charge`, `undo Charge`. */
  readonly what: string;
  /** Ms since the shop opened. */
  readonly at: number;
  readonly ctx: ISagaContext<OrderContext>;
}

interface Runnable {
  runAsync(from?: string): Promise<unknown>;
}

/** A shop whose participants write down when they were asked for what. Its time is manual. */
export class Shop {
  readonly clock = new ManualClock();
  readonly calls: Call[] = [];
  readonly records: SagaRecord[] = [];
  #ids = 0;

  constructor(readonly logger = new RecordingLogger()) {}

  get environment(): RunEnvironment {
    return { clock: this.clock, ids: () => `saga-${++this.#ids}`, random: () => 0 };
  }

  saga(
    options: SagaBuilderOptions = {},
    context: OrderContext = order(),
  ): SagaOrchestratorBuilder<OrderContext> {
    const observers = [{ onRecord: (_: unknown, record: SagaRecord) => this.records.push(record) }];
    const defaults = { environment: this.environment, observers };
    return new SagaOrchestratorBuilder('PlaceOrder', context, this.logger, {
      ...defaults,
      ...options,
    });
  }

  /** A step of one participant; by default it succeeds and can be undone. */
  step(
    label: string,
    { does = [answers()], undoes = [answers()], ...options }: Participant = {},
  ): SagaStep<OrderContext> {
    const step = {
      ...options,
      label,
      action: (ctx: ISagaContext<OrderContext>) => this.#perform(label, does, ctx),
    };
    if (undoes === null) return step;
    return { ...step, compensate: (ctx) => this.#perform(`undo ${label}`, undoes, ctx) };
  }

  /** What was asked for, in order. */
  get log(): string[] {
    return this.calls.map(({ what }) => what);
  }

  /** When it was asked for, in ms. */
  times(what: string): number[] {
    return this.calls.filter((call) => call.what === what).map(({ at }) => at);
  }

  /** What an undo saw. */
  undoContext(label: string): ISagaCompensationContext<OrderContext> {
    const call = this.calls.find(({ what }) => what === `undo ${label}`);
    if (call === undefined) throw new Error(`${label} was not undone`);
    return call.ctx as ISagaCompensationContext<OrderContext>;
  }

  /** The types of the records so far. */
  get history(): string[] {
    return this.records.map((record) =>
      'label' in record ? `${record.type} ${record.label}` : record.type,
    );
  }

  /** Runs it to its end, however much time that takes. */
  run(saga: Runnable, from?: string): Promise<unknown> {
    return this.clock.until(saga.runAsync(from));
  }

  /** Runs a saga that must fail, and gives the exception. */
  async failure(saga: Runnable, from?: string): Promise<SagaExecutionException> {
    return failureOf(this.run(saga, from));
  }

  #perform(
    what: string,
    behaviours: readonly Behaviour[],
    ctx: ISagaContext<OrderContext>,
  ): unknown {
    const before = this.times(what).length;
    this.calls.push({ what, at: this.clock.monotonic(), ctx });
    const behaviour = behaviours[Math.min(before, behaviours.length - 1)] as Behaviour;
    return behaviour(ctx as ISagaContext<never>);
  }
}

/** The exception that a run must end with. */
export async function failureOf(run: Promise<unknown>): Promise<SagaExecutionException> {
  const error: unknown = await run.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof SagaExecutionException) return error;
  throw new Error(`Expected a SagaExecutionException, got ${String(error)}`, { cause: error });
}

/** The error that something rejects with. */
export async function rejectionOf(run: Promise<unknown>): Promise<any> {
  return run.then(
    () => {
      throw new Error('It did not reject');
    },
    (thrown: unknown) => thrown,
  );
}
