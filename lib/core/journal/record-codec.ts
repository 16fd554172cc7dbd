import type { SagaRecord } from '../machine/index.js';
import type { PayloadCodec } from './codec.js';
import type { JournalEntry } from './journal.js';
import { fromStoredError, storedError, type StoredError } from './stored-error.js';

type Head = { readonly type: string } & Readonly<Record<string, unknown>>;

/** The part of a record that is ours, with its errors in stored form. */
export function encodeHead(record: SagaRecord): string {
  switch (record.type) {
    case 'done': {
      const { result: _, unstorable, ...head } = record;
      return JSON.stringify(
        unstorable === undefined ? head : { ...head, unstorable: storedError(unstorable) },
      );
    }
    case 'probed':
    case 'manual': {
      const { result: _, ...head } = { result: undefined, ...record };
      return JSON.stringify(head);
    }
    case 'failed':
    case 'undo-failed':
      return JSON.stringify({ ...record, error: storedError(record.error) });
    case 'compensating':
      return JSON.stringify({
        ...record,
        cause: { ...record.cause, error: storedError(record.cause.error) },
      });
    default:
      return JSON.stringify(record);
  }
}

/** The record of an entry, with errors revived and the result decoded. */
export function decodeEntry(
  entry: Pick<JournalEntry, 'head' | 'result'>,
  codec: PayloadCodec,
): SagaRecord {
  const head = JSON.parse(entry.head) as Head;
  switch (head.type) {
    case 'done':
    case 'probed':
    case 'manual': {
      const result = entry.result === null ? undefined : codec.decode(entry.result);
      const { unstorable } = head;
      return {
        ...head,
        result,
        ...(unstorable === undefined
          ? {}
          : { unstorable: fromStoredError(unstorable as StoredError) }),
      } as unknown as SagaRecord;
    }
    case 'failed':
    case 'undo-failed':
      return {
        ...head,
        error: fromStoredError(head['error'] as StoredError),
      } as unknown as SagaRecord;
    case 'compensating': {
      const cause = head['cause'] as { readonly error: StoredError };
      return {
        ...head,
        cause: { ...cause, error: fromStoredError(cause.error) },
      } as unknown as SagaRecord;
    }
    default:
      return head as unknown as SagaRecord;
  }
}
