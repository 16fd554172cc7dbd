import type {
  ISagaCompensationContext,
  ISagaContext,
  NOTHING_TO_UNDO,
  RetiredSagaStep,
  SagaStep,
  SagaStepHooks,
  StepFailure,
  StepResults,
  TxParameters,
} from '../definition/index.js';
import type { Runs, StepValue } from '../result/index.js';

/** Infers what the undo of a step returns, and refuses it where it would never run. */
type RunningUndo<
  TContext,
  TResult,
  TResults extends StepResults,
  TUndo,
  TTransaction extends boolean,
> = {
  readonly compensate?:
    | ((
        ctx: ISagaCompensationContext<TContext, TResult, TResults>,
        ...tx: TxParameters<TTransaction>
      ) => TUndo)
    | typeof NOTHING_TO_UNDO;
} & { readonly compensate?: Runs<TUndo> };

/** The same of all functions of a step; it stands beside the step's own type. */
type Running<
  TContext,
  TReturn,
  TResults extends StepResults,
  TUndo,
  THook,
  TTransaction extends boolean,
> = {
  readonly action: Runs<TReturn>;
  readonly onError?: (failure: StepFailure, ctx: ISagaContext<TContext, TResults>) => THook;
} & { readonly onError?: Runs<THook> } & RunningUndo<
    TContext,
    StepValue<TReturn>,
    TResults,
    TUndo,
    TTransaction
  >;

/** {@link SagaStep} with its result inferred from what the action returns. */
export type InferredStep<
  TContext,
  TReturn,
  TLabel extends string,
  TResults extends StepResults,
  TUndo,
  THook,
  TTransaction extends boolean,
> = SagaStepHooks<TContext, StepValue<TReturn>, TResults, TTransaction> & {
  readonly label: TLabel;
  readonly action: (
    ctx: ISagaContext<TContext, TResults>,
    ...tx: TxParameters<TTransaction>
  ) => TReturn;
} & Running<TContext, TReturn, TResults, TUndo, THook, TTransaction>;

/** {@link SagaStep} whose result is said beside it. */
export type WrittenStep<TContext, TResult, TResults extends StepResults, TUndo, THook> =
  | Written<TContext, TResult, TResults, TUndo, THook, false>
  | (Written<TContext, TResult, TResults, TUndo, THook, true> & { readonly transaction: true })
  | (Written<TContext, TResult, TResults, TUndo, THook, true> & { readonly barrier: true });

type Written<
  TContext,
  TResult,
  TResults extends StepResults,
  TUndo,
  THook,
  TTransaction extends boolean,
> = SagaStep<TContext, TResult, TResults, TTransaction> &
  Running<TContext, TResult, TResults, TUndo, THook, TTransaction>;

/** {@link RetiredSagaStep} that is sure to be undone. */
export type KeptStep<TContext, TResult, TUndo, TTransaction extends boolean> = RetiredSagaStep<
  TContext,
  TResult,
  TTransaction
> &
  RunningUndo<TContext, TResult, object, TUndo, TTransaction>;
