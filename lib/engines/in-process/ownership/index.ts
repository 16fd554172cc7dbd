// Which sagas this process owns, for how long, and how surely.
export { Claims, type ReleasedSaga } from './claims.js';
export { Fence } from './fence.js';
export { Heartbeat } from './heartbeat.js';
export { AtMost, type JournalAccess } from './journal-access.js';
export { JournalSession } from './journal-session.js';
export { Lease } from './lease.js';
export { ownerInfo } from './owner-info.js';
export { hearCancel, type OwnedRuns } from './owned-runs.js';
