import { SagaJournalError } from '../../core/index.js';

/**
 * What a driver says. By its message, not by its class: drivers throw errors of their own kind or of
 * another realm. Of a host with several addresses, none of which answers, Node has but a code.
 */
export function whyOf(cause: unknown): string {
  const { message, code } = (cause ?? {}) as {
    readonly message?: unknown;
    readonly code?: unknown;
  };
  const said = [message, code].find((text) => typeof text === 'string' && text !== '');
  return (said as string | undefined) ?? '';
}

/** 'The journal sqlite data/sagas.db failed: database is locked', with its cause. */
export function journalFailure(
  description: string,
  what: string,
  cause?: unknown,
): SagaJournalError {
  const why = whyOf(cause);
  return new SagaJournalError(
    `The journal ${description} ${what}${why === '' ? '' : `: ${why}`}`,
    cause === undefined ? {} : { cause },
  );
}
