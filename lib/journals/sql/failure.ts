import { SagaJournalError } from '../../core/index.js';

/**
 * What went wrong, in the driver's words. Told by the message, not by the class: drivers throw errors
 * of their own or of another realm. For a host with several addresses, none of which answers, Node
 * gives only a code.
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
