export type { InProcessEngineOptions } from './engine-options.js';
export { InProcessEngine } from './in-process-engine.js';
export type { SagaDetails, SagaEngine, SagaSummary, SagaSummaryPage } from './saga-engine.js';
