export { ActionContext } from './action-context.js';
export {
  announceNext,
  performAnnounced,
  withdrawIntent,
  type Advance,
  type AnnouncedEffect,
} from './advance.js';
export { heldSignals, holdSignals } from './committing.js';
export { drive, refuseTwice } from './drive.js';
export { driveUntil } from './drive-until.js';
export {
  environmentProblems,
  interceptorProblems,
  observerProblems,
} from './environment-problems.js';
export { executionException } from './execution-exception.js';
export { idempotencyKey } from './idempotency-key.js';
export { takeOverOf } from './recovered.js';
export { deliver, offer } from './signals.js';
export { asError } from './outcome.js';
export type { LateEffect } from './late-effect.js';
export { Run, type RunObserver } from './run.js';
export { NO_HEADERS, type RunOrigin, type SagaHeaders } from './run-origin.js';
export type { RunEnvironment } from './run-environment.js';
export type {
  AttemptInFlight,
  RunPersistence,
  Transacted,
  TransactionalWork,
} from './run-persistence.js';
