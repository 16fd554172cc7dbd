// What other processes left behind: found, and taken over or reported.
export { BootReport } from './boot-report.js';
export { ClaimedSagas } from './claimed-sagas.js';
export { Intake } from './intake.js';
export { KeptPlans } from './kept-plans.js';
export { LeftSagas } from './left-sagas.js';
export { type RecoveryOptions, RecoveryWorker } from './recovery-worker.js';
export { Slots } from './slots.js';
export { UnknownSagas } from './unknown-sagas.js';
