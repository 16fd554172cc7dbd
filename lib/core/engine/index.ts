export type { InProcessEngineOptions } from './engine-options.js';
export { InProcessEngine } from './in-process-engine.js';
export type { SagaDetails, SagaEngine, SagaSummary, SagaSummaryPage } from './saga-engine.js';
export type { RecoveryOptions } from './recovery-worker.js';
export type { RetentionOptions } from './retention.js';
export type { ManualReason } from './steering.js';
