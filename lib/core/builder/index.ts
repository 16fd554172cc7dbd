export { STANDARD_ENVIRONMENT } from './bare-host.js';
export type { SagaBuilderOptions } from './builder-options.js';
export { SagaOrchestratorBuilder } from './saga-orchestrator-builder.js';
export { headersOf, headersProblems } from './start-headers.js';
export { checkStart, startRequest, type StartRequest } from './start-request.js';
export type { SagaHandle, SagaHost, SagaStartOptions } from './saga-host.js';
