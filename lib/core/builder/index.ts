export type { SagaBuilderOptions } from './builder-options.js';
export { SagaOrchestratorBuilder } from './saga-orchestrator-builder.js';
