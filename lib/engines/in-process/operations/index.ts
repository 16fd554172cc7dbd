// What operators do to sagas, and callers who resume them.
export { Cancel } from './cancel.js';
export { CancelElsewhere, CancelForOwner } from './cancel-elsewhere.js';
export { Commands } from './commands.js';
export { Resume } from './resume.js';
export { forget, Retention, type RetentionOptions } from './retention.js';
export { TakeUp } from './take-up.js';
export { Termination } from './termination.js';
