export { codecOf, jsonCodec, type JsonCodec, type PayloadCodec } from './codec.js';
export type {
  ChangeQuery,
  CountQuery,
  DurationQuery,
  FindQuery,
  HistogramQuery,
  InsightScope,
  JournalInsight,
  TagQuery,
} from './insight.js';
export type {
  DryRun,
  JournalOwner,
  OwnerInfo,
  RecordHead,
  SagaChanges,
  SagaCount,
  SagaDurations,
  SagaHistogram,
  SagaPayloads,
  SagaRecords,
  StoreSize,
  StoredPlan,
  UnfinishedSagas,
} from './insight-answers.js';
export { byText } from './by-text.js';
export { insightOf } from './insight-of.js';
export {
  MAX_DRY_RUN,
  MAX_TAG_NAMES,
  type BucketCount,
  type ChangeRead,
  type CountRead,
  type DurationRead,
  type FindRead,
  type HistogramRead,
  type InsightReads,
  type ReadDryRun,
  type ReadOwner,
  type ReadPlan,
  type ReadScope,
  type ReadUnfinished,
  type TagRead,
  type TimedRead,
} from './insight-reads.js';
export { knownNames } from './known-names.js';
export { percentilesOf } from './percentiles.js';
export type { Journal } from './journal.js';
export type {
  AbandonedRequest,
  AbandonedSagas,
  ClaimRequest,
  ForgetRequest,
  ReleaseRequest,
  SagaFilter,
  SagaPage,
} from './requests.js';
export type {
  AuditEntry,
  AuditFilter,
  AuditOutcome,
  AuditPage,
  AuditRow,
  EndRequest,
  ForgetActs,
  NewRequest,
  OperatorAct,
  OperatorJournal,
  RequestFilter,
  RequestOutcome,
  RequestPage,
  RequestRow,
  TakeRequests,
} from './operators.js';
export {
  auditQuery,
  cursorAfter,
  requestQuery,
  type AuditQuery,
  type RequestQuery,
} from './operator-queries.js';
export type { SagaRef } from './saga-ref.js';
export type {
  CancelRequest,
  JournalBatch,
  JournalEntry,
  NewSaga,
  SagaRow,
  StoredSaga,
} from './stored-saga.js';
export { isConflict, MOST_REPEATS, pauseAfterConflict, retryConflicts } from './conflicts.js';
export {
  CutOffError,
  isCutOff,
  type JournalInTransaction,
  type SagaTransaction,
  type SagaTransactions,
  type TransactionOptions,
} from './transaction.js';
export { damageOf } from './damage.js';
export {
  checkFilter,
  cursorAt,
  exactly,
  listQuery,
  type ListQuery,
  type PagePosition,
} from './list-query.js';
export { packedText, packEntry, unpackEntry, type PackedEntry } from './packed-entry.js';
export {
  encodeInput,
  encodePayload,
  located,
  LIMIT_RANGES,
  payloadLimits,
  type PayloadLimits,
} from './payloads.js';
export { decodeHead, encodeHead, encodeRecord, labelOfHead } from './record-codec.js';
export { errorOf } from './record-errors.js';
export { Reencoder, type Rewriter } from './reencoder.js';
export { redactedError, redactedRecord } from './redacted.js';
export { refKey } from './ref-key.js';
export { NO_WAKE_TIME, wakeTimeOf } from './sleep.js';
export { fromStoredError, storedError, type StoredError } from './stored-error.js';
