import { isObject, shown } from '../definition/index.js';
import { SagaNewerError, SagaSerializationError } from '../errors/index.js';
import type { ManualAct, OwedUndo, SagaRecord, SagaRecordType } from '../machine/index.js';
import { CommonHeads } from './common-heads.js';
import type { PayloadCodec } from './codec.js';
import { withDecodedMessages, withEncodedMessages } from './encoded-errors.js';
import { errorOf, withError, type Failed } from './record-errors.js';
import { fromStoredError, storedError, type StoredError } from './stored-error.js';

type Head = { readonly type: string } & Readonly<Record<string, unknown>>;

const FIRST_STARTED = new CommonHeads((label, owesUndo: OwedUndo) =>
  JSON.stringify({ type: 'started', label, attempt: 1, owesUndo }),
);
const FIRST_DONE = new CommonHeads((label, pivot: boolean) =>
  JSON.stringify({ type: 'done', label, attempt: 1, pivot }),
);
const UNDO_STARTED = new CommonHeads((label, attempt: number) =>
  JSON.stringify({ type: 'undo-started', label, attempt }),
);
const UNDONE = new CommonHeads((label, attempt: number) =>
  JSON.stringify({ type: 'undone', label, attempt }),
);

function encodeOutcome(
  record: Extract<SagaRecord, { readonly type: 'done' | 'probed' }>,
  codec: PayloadCodec | undefined,
): string {
  const { result: _, unstorable, ...head } = record;
  return JSON.stringify(
    unstorable === undefined
      ? head
      : { ...head, unstorable: withEncodedMessages(storedError(unstorable), codec) },
  );
}

/** The part of a record that this package encodes, with its errors in stored form. */
export function encodeHead(record: SagaRecord, codec?: PayloadCodec): string {
  switch (record.type) {
    case 'started':
      if (record.attempt === 1) return FIRST_STARTED.of(record.label, record.owesUndo);
      return JSON.stringify(record);
    case 'done':
      if (record.attempt === 1 && record.unstorable === undefined) {
        return FIRST_DONE.of(record.label, record.pivot);
      }
      return encodeOutcome(record, codec);
    case 'probed':
      return encodeOutcome(record, codec);
    case 'undo-started':
      return UNDO_STARTED.of(record.label, record.attempt);
    case 'undone':
      return UNDONE.of(record.label, record.attempt);
    case 'completed':
    case 'compensated':
      return `{"type":"${record.type}"}`;
    case 'manual': {
      const { result: _, ...head } = { result: undefined, ...record };
      return JSON.stringify(head);
    }
    case 'failed':
    case 'undo-failed':
    case 'compensating':
      return failedHead(record, storedError(errorOf(record)), codec);
    default:
      return JSON.stringify(record);
  }
}

function failedHead(record: Failed, error: StoredError, codec: PayloadCodec | undefined): string {
  return JSON.stringify(withError(record, withEncodedMessages(error, codec)));
}

/** An error as it is stored, and as it comes back. */
interface ReadBack {
  readonly stored: StoredError;
  readonly revived: Error;
}

/** Kept for the record that is most often written next: of what turned its saga back. */
let last: ReadBack | undefined;

function readBack(error: unknown): ReadBack {
  const stored = storedError(error);
  return { stored, revived: fromStoredError(stored) };
}

/** A record as it is stored, and as whoever reads it back sees it. */
export interface EncodedRecord {
  readonly head: string;
  readonly record: SagaRecord;
}

/** Without reading what was just written: but for its error, a record comes back as it is. */
export function encodeRecord(record: SagaRecord, codec?: PayloadCodec): EncodedRecord {
  switch (record.type) {
    case 'failed':
    case 'undo-failed':
    case 'compensating': {
      if (errorOf(record) === undefined) return { head: encodeHead(record, codec), record };
      const error = errorOf(record);
      if (last === undefined || error !== last.revived) last = readBack(error);
      const { stored, revived } = last;
      const head = failedHead(record, stored, codec);
      return { head, record: error === revived ? record : withError(record, revived) };
    }
    case 'done':
    case 'probed': {
      const head = encodeHead(record, codec);
      return { head, record: record.unstorable === undefined ? record : decodeHead(head, codec) };
    }
    default:
      return { head: encodeHead(record), record };
  }
}

/**
 * The record of a head, with its errors revived and without a result: whoever asks for a result gets a
 * copy of his own. Messages that its codec has encoded are read with the codec of its saga; without one
 * they stay unread.
 *
 * @throws SagaNewerError for a record that only a later version writes; SagaSerializationError for
 * what is none.
 */
export function decodeHead(text: string, codec?: PayloadCodec): SagaRecord {
  return revive(checkedHead(text), codec) as unknown as SagaRecord;
}

/** The step that a stored record is about; `undefined` where it names none, or cannot be read. */
export function labelOfHead(text: string): string | undefined {
  try {
    const record = decodeHead(text);
    return 'label' in record ? record.label : undefined;
  } catch {
    return undefined;
  }
}

/**
 * By type, whether it names a step. As a record, so that the compiler reports a type that is missing
 * here.
 */
const TYPES: Readonly<Record<SagaRecordType, boolean>> = {
  ...{ started: true, done: true, failed: true, probed: true },
  ...{ 'undo-started': true, undone: true, 'undo-failed': true },
  ...{ 'cancel-requested': false, compensating: false, recovered: false, resumed: false },
  ...{ accepted: false, manual: false, completed: false, compensated: false, parked: false },
};
const ACTS: Readonly<Record<ManualAct['act'], boolean>> = {
  ...{ terminate: false, 'retry-compensation': false },
  ...{ 'mark-compensated': true, 'mark-done': true, 'mark-not-done': true },
};

function namesStep(kinds: Readonly<Record<string, boolean>>, kind: unknown): boolean {
  const named = typeof kind === 'string' && Object.hasOwn(kinds, kind) ? kinds[kind] : undefined;
  if (named !== undefined) return named;
  if (typeof kind !== 'string') throw new SagaSerializationError('a record', 'has no type');
  throw new SagaNewerError(`A later version has written a record of the type ${shown(kind)}`);
}

function checkedHead(text: string): Head {
  let head: unknown;
  try {
    head = JSON.parse(text);
  } catch (cause) {
    throw new SagaSerializationError('a record', 'is not JSON', { cause });
  }
  if (!isObject(head)) throw new SagaSerializationError('a record', 'is not one');
  const { type, act, label } = head as Partial<Head>;
  const isLabelled = namesStep(TYPES, type) || (type === 'manual' && namesStep(ACTS, act));
  if (isLabelled && typeof label !== 'string') {
    throw new SagaSerializationError('a record', `of the type ${String(type)} names no step`);
  }
  return head as Head;
}

function revive(head: Head, codec: PayloadCodec | undefined): Head {
  const revived = (stored: unknown): Error =>
    fromStoredError(withDecodedMessages(stored as StoredError, codec));
  switch (head.type) {
    case 'done':
    case 'probed': {
      if (head['unstorable'] === undefined) return head;
      return { ...head, unstorable: revived(head['unstorable']) };
    }
    case 'failed':
    case 'undo-failed':
      return { ...head, error: revived(head['error']) };
    case 'compensating': {
      const cause = head['cause'] as { readonly error: StoredError };
      return { ...head, cause: { ...cause, error: revived(cause.error) } };
    }
    default:
      return head;
  }
}
