import type {
  ISagaCompensationContext,
  ISagaContext,
  NOTHING_TO_UNDO,
  RetiredSagaStep,
  SagaStep,
  SagaStepHooks,
  StepFailure,
  StepResults,
} from '../definition/index.js';
import type { Runs, StepValue } from '../result/index.js';

/** Infers what the undo of a step returns, and refuses it where it would never run. */
type RunningUndo<TContext, TResult, TResults extends StepResults, TUndo> = {
  readonly compensate?:
    | ((ctx: ISagaCompensationContext<TContext, TResult, TResults>) => TUndo)
    | typeof NOTHING_TO_UNDO;
} & { readonly compensate?: Runs<TUndo> };

/** The same of all functions of a step; it stands beside the step's own type. */
type Running<TContext, TReturn, TResults extends StepResults, TUndo, THook> = {
  readonly action: Runs<TReturn>;
  readonly onError?: (failure: StepFailure, ctx: ISagaContext<TContext, TResults>) => THook;
} & { readonly onError?: Runs<THook> } & RunningUndo<TContext, StepValue<TReturn>, TResults, TUndo>;

/** {@link SagaStep} with its result inferred from what the action returns. */
export type InferredStep<
  TContext,
  TReturn,
  TLabel extends string,
  TResults extends StepResults,
  TUndo,
  THook,
> = SagaStepHooks<TContext, StepValue<TReturn>, TResults> & {
  readonly label: TLabel;
  readonly action: (ctx: ISagaContext<TContext, TResults>) => TReturn;
} & Running<TContext, TReturn, TResults, TUndo, THook>;

/** {@link SagaStep} whose result is said beside it. */
export type WrittenStep<TContext, TResult, TResults extends StepResults, TUndo, THook> = SagaStep<
  TContext,
  TResult,
  TResults
> &
  Running<TContext, TResult, TResults, TUndo, THook>;

/** {@link RetiredSagaStep} that is sure to be undone. */
export type KeptStep<TContext, TResult, TUndo> = RetiredSagaStep<TContext, TResult> &
  RunningUndo<TContext, TResult, object, TUndo>;
