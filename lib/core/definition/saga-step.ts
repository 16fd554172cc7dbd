import type { UnknownWhen } from '../errors/index.js';
import type { MaybeAsync, StepReturn } from '../result/index.js';
import type { RetryOptions } from '../retry/index.js';
import type {
  ISagaCompensationContext,
  ISagaContext,
  StepOutcome,
  StepResults,
} from './saga-context.js';

import type { SagaTx, TransactionIsolation, TxParameters } from './step-transaction.js';

/** Says on purpose that a step has nothing to undo; without it a missing undo is warned of. */
export const NOTHING_TO_UNDO = Symbol.for('nestjs-saga-orchestrator.nothing-to-undo');

/** The options of a step; all may be left out. */
export interface SagaStepOptions {
  /** Further tries of the action, or a whole policy. @default 0 */
  readonly retry?: number | RetryOptions;
  /** Limit of one attempt in ms; the attempt then ends as `unknown`. @default none */
  readonly timeout?: number;
  /**
   * How long, in ms, the next attempt or the undo waits for a timed-out attempt that has not
   * settled yet. @default 5_000
   */
  readonly timeoutGrace?: number;
  /** After this step is done nothing is compensated any more: later steps are retried, then parked. */
  readonly pivot?: boolean;
  /** Which outcomes are undone: `attempted` includes a step that failed cleanly. @default 'done' */
  readonly compensateOn?: 'done' | 'attempted';
  /** Further tries of the compensation, or a whole policy. @default 3 tries, 100 ms doubling */
  readonly compensationRetry?: number | RetryOptions;
  /** Limit of one attempt of the compensation in ms. @default 30_000 */
  readonly compensationTimeout?: number;
  /**
   * `false`: an attempt whose outcome is unknown must not simply be repeated. It is probed, else
   * undone as `unknown`, or after a crash parked as `in-doubt`. @default true
   */
  readonly idempotent?: boolean;
  /**
   * Whether what the action threw leaves open if its effect took place: the attempt is then `unknown`
   * instead of `not-done`. Must answer at once; one that throws is logged, and counts as `true`. Not
   * asked about an `Err` (the step itself has judged), an abort or an `OutcomeUnknownError`.
   * @default that of the module, or else `isAnswerLost`
   */
  readonly unknownWhen?: UnknownWhen;
  /**
   * How long the first question to `probe` waits, in ms up to 24 h from the moment of doubt: an effect
   * may still be under way. As a policy it also asks again, so often and after such pauses, as long as
   * the probe answers `unknown`. A crash in between does not shorten it. @default 0
   */
  readonly probeDelay?: number | Omit<RetryOptions, 'when'>;
  /**
   * Each attempt of the action, and of the undo, is one transaction of the application's, which they are given as
   * their second parameter: their effect commits together with the record of it, or neither does. So an attempt is
   * `done` or `not-done`, never `unknown`. They may run several times in one attempt, when the transaction meets a
   * conflict: they must have no effects but that transaction's. Needs `forRoot({ transactions })`. @default false
   */
  readonly transaction?: boolean;
  /**
   * Of the transactions of a step with `transaction: true`. READ COMMITTED is advised: at `serializable` those of unrelated
   * sagas meet each other, and run again. SQLite's are always serializable. @default that of the client, or of the database
   */
  readonly transactionIsolation?: TransactionIsolation;
  /**
   * As `transaction`, for a step in another database than the journal's, or on an engine without a journal of yours: a row
   * of its `saga_barrier` commits together with the effect, and tells after a crash or a lost answer what became of it, with the
   * result. Needs `forRoot({ barrier })`. @default false
   */
  readonly barrier?: boolean;
}

/** What `onError` is told of a failed attempt. */
export interface StepFailure {
  /** What the action threw, or the error of its `Err`. */
  readonly error: unknown;
  /** From 1. */
  readonly attempt: number;
  /**
   * Another attempt follows by the policy alone. `false` of an unknown outcome of a step that is not
   * idempotent: its `probe`, which is asked after this, may still say `not-done` and so lead to one.
   * `true` is no promise either: the probe may say `done`, or the saga be cancelled in between.
   */
  readonly willRetry: boolean;
}

/** A probe's answer; the object form also brings back the result that was lost. */
export type ProbeAnswer<TResult = unknown> =
  StepOutcome | { readonly outcome: 'done'; readonly result?: TResult };

/** The functions beside a step's action. */
export interface SagaStepHooks<
  TContext,
  TResult,
  TResults extends StepResults = object,
  TTransaction extends boolean = false,
> extends SagaStepOptions {
  readonly transaction?: TTransaction;
  readonly barrier?: TTransaction;
  /** Undoes the action; must be idempotent. It is known before the action runs. */
  readonly compensate?:
    | ((
        ctx: ISagaCompensationContext<TContext, TResult, TResults>,
        ...tx: TxParameters<TTransaction>
      ) => unknown)
    | typeof NOTHING_TO_UNDO;
  /**
   * Asks the participant whether an `unknown` effect took place, before the step is repeated or
   * undone. `not-done` is a promise: that it will not take place later either, be it under way still.
   * Who cannot promise that answers `unknown`, or gives it time by `probeDelay`. One that throws, or
   * takes over 30 s, counts as `unknown`.
   */
  readonly probe?: (ctx: ISagaContext<TContext, TResults>) => MaybeAsync<ProbeAnswer<TResult>>;
  /**
   * Looks at what the action, or its probe, has brought, and gives what is kept as the result. If it throws, the result
   * is wrong: the step has taken place, so it never runs again, but is undone, without a result. In a transaction, or
   * behind a barrier, it is rolled back. `(result) => schema.parse(result)`
   */
  readonly checkResult?: (result: unknown) => unknown;
  /**
   * Called after every failed attempt and awaited for up to 30 s. It observes: its own failure is
   * logged and changes nothing.
   */
  readonly onError?: (failure: StepFailure, ctx: ISagaContext<TContext, TResults>) => unknown;
}

/** One step of a saga: what to do and how to undo it. */
export interface SagaStep<
  TContext,
  TResult = unknown,
  TResults extends StepResults = object,
  TTransaction extends boolean = false,
> extends SagaStepHooks<TContext, TResult, TResults, TTransaction> {
  /** Unique in its saga, up to 255 bytes. Undos are found by it, also after a deploy: keep it. */
  readonly label: string;
  /**
   * Does the work. `Ok`, a plain value or `undefined` is success; `Err` or a throw is a failed attempt.
   * Promises are awaited, and observables for their last value, also inside one another and inside
   * `Ok`. Work that nobody has begun is a failed attempt: a function, an iterator or generator, a list
   * of observables.
   */
  readonly action: (
    ctx: ISagaContext<TContext, TResults>,
    ...tx: TxParameters<TTransaction>
  ) => MaybeAsync<StepReturn<TResult>>;
}

/** A {@link SagaStep} of any result: what a list of steps holds. */
export interface AnySagaStep<TContext> extends Omit<SagaStepHooks<TContext, never>, 'probe'> {
  readonly label: string;
  readonly probe?: (ctx: ISagaContext<TContext>) => MaybeAsync<ProbeAnswer>;
  readonly action: (ctx: ISagaContext<TContext>) => unknown;
}

/** The same with `transaction: true`. */
export interface AnyTransactionalStep<TContext> extends Omit<
  SagaStepHooks<TContext, never, object, true>,
  'probe'
> {
  readonly label: string;
  readonly transaction: true;
  readonly action: (ctx: ISagaContext<TContext>, tx: SagaTx) => unknown;
}

/** The same with `barrier: true`. */
export interface AnyBarrierStep<TContext> extends Omit<
  AnyTransactionalStep<TContext>,
  'transaction' | 'barrier'
> {
  readonly transaction?: never;
  readonly barrier: true;
}

/**
 * A step that a new version no longer runs, kept so that unfinished sagas which have done it can still
 * undo it.
 */
export interface RetiredSagaStep<
  TContext,
  TResult = unknown,
  TTransaction extends boolean = false,
> extends Pick<
  SagaStepHooks<TContext, TResult, object, TTransaction>,
  | 'compensateOn'
  | 'compensationRetry'
  | 'compensationTimeout'
  | 'transaction'
  | 'transactionIsolation'
  | 'barrier'
> {
  readonly label: string;
  readonly compensate:
    | ((
        ctx: ISagaCompensationContext<TContext, TResult>,
        ...tx: TxParameters<TTransaction>
      ) => unknown)
    | typeof NOTHING_TO_UNDO;
}
