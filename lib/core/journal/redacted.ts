import type { SagaRecord } from '../machine/index.js';
import type { Redact } from '../ports/index.js';
import { errorOf, withError } from './record-errors.js';
import { fromStoredError, storedError, type StoredError } from './stored-error.js';

/**
 * Texts are redacted up to this length, so that a secret is whole when it is looked for, and cut later.
 */
const LENGTHS = { name: 65_536, message: 65_536 };

function redactedForm(stored: StoredError, redact: Redact): StoredError {
  const { name, message, code, cause, saga } = stored;
  return {
    name: redact(name),
    message: redact(message),
    // The names and codes of this package are constants, which callers compare.
    ...(code === undefined
      ? {}
      : { code: typeof code === 'string' && saga !== true ? redact(code) : code }),
    ...(cause === undefined ? {} : { cause: redactedForm(cause, redact) }),
    ...(saga === undefined ? {} : { saga }),
  };
}

/** A copy of an error, as it would be stored, without what `redact` takes out; without one, the error. */
export function redactedError<E extends object>(error: E, redact: Redact | undefined): E | Error;
export function redactedError(error: unknown, redact: Redact): Error;
export function redactedError(error: unknown, redact: Redact | undefined): unknown {
  if (redact === undefined) return error;
  return fromStoredError(redactedForm(storedError(error, undefined, LENGTHS), redact));
}

/**
 * The same record with the texts of its errors redacted. The reasons of operators were redacted when
 * they were given.
 */
export function redactedRecord(record: SagaRecord, redact: Redact): SagaRecord {
  switch (record.type) {
    case 'done':
    case 'probed': {
      const { unstorable } = record;
      if (unstorable === undefined) return record;
      return { ...record, unstorable: redactedError(unstorable, redact) };
    }
    case 'failed':
    case 'undo-failed':
    case 'compensating':
      return withError(record, redactedError(errorOf(record), redact));
    default:
      return record;
  }
}
