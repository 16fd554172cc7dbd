import { isNativeError } from 'node:util/types';
import { SagaJournalError } from '../../core/index.js';

/** 'The journal sqlite data/sagas.db failed: database is locked', with its cause. */
export function journalFailure(
  description: string,
  what: string,
  cause?: unknown,
): SagaJournalError {
  // A driver's own code may throw errors of another realm.
  const why = isNativeError(cause) ? `: ${cause.message}` : '';
  return new SagaJournalError(
    `The journal ${description} ${what}${why}`,
    cause === undefined ? {} : { cause },
  );
}
