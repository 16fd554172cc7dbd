export { StoredRun, type StagedRecord, type Storing } from './stored-run.js';
