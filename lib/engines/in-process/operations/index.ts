// What operators do to sagas, and callers who resume them.
export { Acts } from './acts.js';
export { Cancel } from './cancel.js';
export { CancelElsewhere, CancelForOwner } from './cancel-elsewhere.js';
export { Commands } from './commands.js';
export { RequestWorker } from './request-worker.js';
export { Resume } from './resume.js';
export { Retention, type RetentionOptions } from './retention.js';
export { TakeUp } from './take-up.js';
export { Termination } from './termination.js';
