import type { SagaRecord } from '../machine/index.js';

/** The records that tell of an error. */
export type Failed = Extract<
  SagaRecord,
  { readonly type: 'failed' | 'undo-failed' | 'compensating' }
>;

/** The error that a record tells of, but for that of a result which cannot be stored. */
export function errorOf(record: SagaRecord): unknown {
  if (record.type === 'compensating') return record.cause.error;
  return 'error' in record ? record.error : undefined;
}

/** The same record with another form of its error. */
export function withError(record: Failed, error: unknown): Failed {
  if (record.type !== 'compensating') return { ...record, error };
  return { ...record, cause: { ...record.cause, error } };
}
