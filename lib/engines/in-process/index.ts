export { InProcessEngine } from './in-process-engine.js';
export { engineProblems } from './checked-options.js';
export type { InProcessEngineOptions } from './engine-options.js';
export type { RecoveryOptions } from './recovery/index.js';
export type { RetentionOptions } from './operations/index.js';
