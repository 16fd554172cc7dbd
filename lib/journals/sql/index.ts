// What the SQL journals share; private.
export { checkAppend, checkCreate } from './checks.js';
export { listConditions, SUSPECTS_FIRST, type ListDialect } from './conditions.js';
export { journalFailure, whyOf } from './failure.js';
export {
  mergeOwners,
  payloadsOf,
  recordsOf,
  toBucketCount,
  toChanges,
  toDryRun,
  toPlan,
  toSagaCount,
  toUnfinished,
} from './insight.js';
export { answerOf, insightReads } from './insight-reads.js';
export { afterPrefix } from './prefix.js';
export { GroupCommit, type GroupCommitOptions, type Outcome } from './group-commit.js';
export { pendingMigrations, type Migration } from './migrations.js';
export {
  AUDIT_COLUMNS,
  auditConditions,
  entryValues,
  NEW_ENTRY,
  NEW_REQUEST,
  REQUEST_COLUMNS,
  requestConditions,
  requestValues,
} from './operators.js';
export { toAuditPage, toRequestPage, toRequestRow } from './operator-rows.js';
export { MAX_SEQ, packEntries, packHeaders, unpackAll } from './packing.js';
export { pageSql, type PageDialect, type PageSql } from './page-sql.js';
export { toPage } from './page.js';
export {
  MAX_COUNT,
  SAGA_COLUMNS,
  toAbandoned,
  toSagaRow,
  UNREADABLE,
  type SqlRow,
  type SqlValue,
} from './rows.js';
export { rewritten, type Replacements, type Rewritten, type StoredTexts } from './rewriting.js';
export { settle } from './settle.js';
export { shown } from './shown.js';
export { payloadBytes, storable } from './storable.js';
export { Users } from './users.js';
