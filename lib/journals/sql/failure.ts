import { SagaJournalError } from '../../core/index.js';

/** 'The journal sqlite data/sagas.db failed: database is locked', with its cause. */
export function journalFailure(
  description: string,
  what: string,
  cause?: unknown,
): SagaJournalError {
  // By its message, not by its class: drivers throw errors of their own kind or of another realm.
  const { message } = (cause ?? {}) as { readonly message?: unknown };
  const why = typeof message === 'string' ? `: ${message}` : '';
  return new SagaJournalError(
    `The journal ${description} ${what}${why}`,
    cause === undefined ? {} : { cause },
  );
}
