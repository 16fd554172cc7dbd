// One saga in this process: made, driven, written down, read again and waited for.
export { act } from './acted.js';
export { type ActiveRun, ActiveRuns } from './active-runs.js';
export { AfterCommit } from './after-commit.js';
export { begin, isOnlyAccepted } from './accepted.js';
export { ObservedRuns } from './observed-runs.js';
export { RecordWriter } from './record-writer.js';
export { ResultWaiter } from './result-waiter.js';
export { refuseUnreadable, RunFactory } from './run-factory.js';
export { isLive, SagaReader } from './saga-reader.js';
export { listIds, shownRef } from './shown.js';
export { Starts } from './starts.js';
export { StartsInTransaction } from './starts-in-transaction.js';
