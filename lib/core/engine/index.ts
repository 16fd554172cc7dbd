export type { InProcessEngineOptions } from './engine-options.js';
export { InProcessEngine } from './in-process-engine.js';
export type { SagaDetails, SagaEngine, SagaSummary, SagaSummaryPage } from './saga-engine.js';
export type { EngineHealth } from './engine-health.js';
export type { RecoveryOptions } from './recovery-worker.js';
export type { RetentionOptions } from './retention.js';
export type { ManualReason } from './steering.js';

// For engines beside this one
export { checkInput, checkSame } from './attach.js';
export { detailsOf, summaryOf } from './details.js';
export { environmentOf, type EngineSettings, type SagaEngineProvider } from './engine-provider.js';
export { engineProblems, settingsProblems, unknownSettings } from './checked-options.js';
export { checkedReason, checkedText } from './checked-text.js';
export { redactProblems } from './redact-problems.js';
export { DefinitionRegistry } from './registry.js';
export { withStartHeaders, type StartedSaga, type StartHeaders } from './start-headers.js';
export { StoredRun, type StagedRecord, type Storing } from './stored-run.js';
