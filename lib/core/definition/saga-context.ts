import type { SagaLogger } from '../ports/index.js';

/** The results known so far, by label. */
export type StepResults = object;

/** What everybody sees of a running or finished saga. */
export interface ISagaRunContext<TContext, TResults extends StepResults = object> {
  /**
   * The user's data. In a bare builder it is the object that was handed in; with a journal each
   * attempt works on a copy, which becomes the context when the step's outcome is recorded.
   */
  readonly context: TContext;
  /** Whether the saga has completed. */
  readonly isSuccess: boolean;
  readonly sagaId: string;
  readonly sagaName: string;
  /** For the user's own lines. */
  readonly logger: SagaLogger;
  /** The result of a step that is done, by its label or, in a decorated class, its method; else `undefined`. */
  getStepResult<L extends keyof TResults & string>(label: L): TResults[L] | undefined;
  getStepResult<T = unknown>(label: string): T | undefined;
}

/** What an action sees. */
export interface ISagaContext<
  TContext,
  TResults extends StepResults = object,
> extends ISagaRunContext<TContext, TResults> {
  readonly label: string;
  /** From 1. */
  readonly attempt: number;
  /**
   * Stable over attempts, resumes and recoveries; differs per application, saga, label and direction (do /
   * undo), and per life of an id that is used again. Two environments at one provider whose journals are
   * copies of each other need other names of sagas, or other `application`s. Without a journal every run
   * has its own.
   */
  readonly idempotencyKey: string;
  /** Aborted by the step's timeout, a cancel, a shutdown, or when the saga's ownership is lost. */
  readonly signal: AbortSignal;
}

/** What is known of a step's effect. `unknown`: it may or may not have taken place. */
export type StepOutcome = 'done' | 'not-done' | 'unknown';

/** What a compensation sees. */
export interface ISagaCompensationContext<
  TContext,
  TResult = unknown,
  TResults extends StepResults = object,
> extends ISagaContext<TContext, TResults> {
  /** `not-done` is seen only with `compensateOn: 'attempted'`. */
  readonly outcome: StepOutcome;
  /** The step's own result; `undefined` unless `outcome` is `done`. */
  readonly result: TResult | undefined;
  /** What made the saga turn back. */
  readonly cause: unknown;
  /** The key its action was given, to tell the participant what to undo. */
  readonly actionIdempotencyKey: string;
}
