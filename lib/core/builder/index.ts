export { STANDARD_ENVIRONMENT } from './bare-host.js';
export {
  SagaOrchestratorBuilder,
  type InferredStep,
  type SagaBuilderOptions,
} from './saga-orchestrator-builder.js';
export type { SagaHandle, SagaHost, SagaStartOptions } from './saga-host.js';
