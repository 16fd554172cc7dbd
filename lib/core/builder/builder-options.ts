import type {
  ISagaContext,
  SagaDefinition,
  SagaDefinitionOptions,
  SagaStepHooks,
  StepResults,
} from '../definition/index.js';
import type { RunEnvironment, RunObserver } from '../execution/index.js';
import type { StepValue } from '../result/index.js';
import type { SagaHost, SagaStartOptions } from './saga-host.js';

/** Everything beyond the name, context and logger of a chain. */
export interface SagaBuilderOptions extends SagaStartOptions, SagaDefinitionOptions {
  /** Where the chain runs. @default in this process, without a journal */
  readonly host?: SagaHost;
  /** A finished plan; no steps can be added to it. */
  readonly definition?: SagaDefinition;
  /** Time, ids and chance, for tests. */
  readonly environment?: RunEnvironment;
  readonly observers?: readonly RunObserver[];
}

/** {@link SagaStep} with its result inferred from what the action returns. */
export interface InferredStep<
  TContext,
  TReturn,
  TLabel extends string,
  TResults extends StepResults,
> extends SagaStepHooks<TContext, StepValue<TReturn>, TResults> {
  readonly label: TLabel;
  readonly action: (ctx: ISagaContext<TContext, TResults>) => TReturn;
}
