export { jsonCodec, type JsonCodec, type PayloadCodec } from './codec.js';
export type {
  ClaimRequest,
  ForgetRequest,
  ReleaseRequest,
  Journal,
  JournalBatch,
  JournalEntry,
  NewSaga,
  SagaFilter,
  SagaPage,
  SagaRef,
  SagaRow,
  StoredSaga,
} from './journal.js';
export { cursorAt, listQuery, type ListQuery, type PagePosition } from './list-query.js';
export {
  encodeInput,
  encodePayload,
  located,
  LIMIT_RANGES,
  payloadLimits,
  type PayloadLimits,
} from './payloads.js';
export { decodeHead, encodeHead } from './record-codec.js';
export { refKey } from './ref-key.js';
export { fromStoredError, storedError, type StoredError } from './stored-error.js';
