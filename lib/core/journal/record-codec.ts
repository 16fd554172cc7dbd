import type { SagaRecord } from '../machine/index.js';
import { fromStoredError, storedError, type StoredError } from './stored-error.js';

type Head = { readonly type: string } & Readonly<Record<string, unknown>>;

/** The part of a record that is ours, with its errors in stored form. */
export function encodeHead(record: SagaRecord): string {
  switch (record.type) {
    case 'done': {
      // Named one by one: the rest of a pattern is slow, and most records are of this kind.
      const { type, label, attempt, pivot, unstorable } = record;
      const head = { type, label, attempt, pivot };
      return JSON.stringify(
        unstorable === undefined ? head : { ...head, unstorable: storedError(unstorable) },
      );
    }
    case 'probed': {
      const { result: _, unstorable, ...head } = record;
      return JSON.stringify(
        unstorable === undefined ? head : { ...head, unstorable: storedError(unstorable) },
      );
    }
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

/**
 * The record of a head, with its errors revived and without a result: results are read in copies,
 * by who asks for them.
 */
export function decodeHead(text: string): SagaRecord {
  const head = JSON.parse(text) as Head;
  return revive(head) as unknown as SagaRecord;
}

function revive(head: Head): Head {
  switch (head.type) {
    case 'done':
    case 'probed': {
      if (head['unstorable'] === undefined) return head;
      return { ...head, unstorable: fromStoredError(head['unstorable'] as StoredError) };
    }
    case 'failed':
    case 'undo-failed':
      return { ...head, error: fromStoredError(head['error'] as StoredError) };
    case 'compensating': {
      const cause = head['cause'] as { readonly error: StoredError };
      return { ...head, cause: { ...cause, error: fromStoredError(cause.error) } };
    }
    default:
      return head;
  }
}
