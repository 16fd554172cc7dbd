export { StoredRun } from './stored-run.js';
export type { StagedRecord, Storing } from './storing.js';
