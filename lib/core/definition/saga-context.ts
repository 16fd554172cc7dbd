import type { SagaLogger } from '../ports/index.js';

/** The results known so far, by label. */
export type StepResults = object;

declare const KNOWN: unique symbol;

/** Stands for a type that nobody has stated. */
interface Unstated {
  readonly [KNOWN]: false;
}

/** Results of which the compiler knows some, by other names than their labels: those of a decorated class. */
export interface OpenResults {
  readonly [KNOWN]: true;
}

/** The labels that may be asked for without a type: those that the compiler knows, any where it knows none. */
type AskedLabel<TResults> = [keyof TResults & string] extends [never]
  ? string
  : TResults extends OpenResults
    ? string
    : keyof TResults & string;

/** How results are asked for. The first form is of a label whose type is known, in the second it is stated. */
export interface ResultsByLabel<TResults> {
  <L extends keyof TResults & string>(label: L): TResults[L] | undefined;
  <T = Unstated>(
    label: [T] extends [Unstated] ? AskedLabel<TResults> : string,
  ): ([T] extends [Unstated] ? unknown : NoInfer<T>) | undefined;
}

/**
 * A class of accessors, so that to the compiler a copy by `{ ...ctx }` has none of them: it has none at run
 * time either. Hand on `ctx` itself, or take out what is needed: `const { context, getStepResult } = ctx`.
 */
declare abstract class RunContextMembers<TContext, TResults extends StepResults> {
  /**
   * The user's data. In a bare builder it is the object that was handed in; with a journal each
   * attempt works on a copy, which becomes the context when the step's outcome is recorded.
   */
  get context(): TContext;
  /** Whether the saga has completed. */
  get isSuccess(): boolean;
  get sagaId(): string;
  get sagaName(): string;
  /** For the user's own lines. */
  get logger(): SagaLogger;
  /**
   * The result of a step that is done, by its label or, in a decorated class, its method; else
   * `undefined`. A label that the compiler does not know needs its type: `getStepResult<Charge>('Charge')`.
   */
  get getStepResult(): ResultsByLabel<TResults>;
}

declare abstract class ActionContextMembers<
  TContext,
  TResults extends StepResults,
> extends RunContextMembers<TContext, TResults> {
  get label(): string;
  /** From 1. */
  get attempt(): number;
  /**
   * Stable over attempts, resumes and recoveries; differs per application, saga, label and direction (do /
   * undo), and per life of an id that is used again. Two environments at one provider whose journals are
   * copies of each other need other names of sagas, or other `application`s. Without a journal every run
   * has its own.
   */
  get idempotencyKey(): string;
  /** Aborted by the step's timeout, a cancel, a shutdown, or when the saga's ownership is lost. */
  get signal(): AbortSignal;
}

/** What everybody sees of a running or finished saga. */
// An interface all the same: decorated methods would look a class up at run time.
// eslint-disable-next-line @typescript-eslint/no-empty-object-type
export interface ISagaRunContext<
  TContext,
  TResults extends StepResults = object,
> extends RunContextMembers<TContext, TResults> {}

/** What an action sees. */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type
export interface ISagaContext<
  TContext,
  TResults extends StepResults = object,
> extends ActionContextMembers<TContext, TResults> {}

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
  /** Why the saga is compensating. */
  readonly cause: unknown;
  /** The key its action was given, to tell the participant what to undo. */
  readonly actionIdempotencyKey: string;
}
