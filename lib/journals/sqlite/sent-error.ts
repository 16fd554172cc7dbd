import {
  isSagaError,
  LeaseLostError,
  SagaJournalError,
  SagaOptionsError,
  SagaSerializationError,
} from '../../core/index.js';

/** An error on its way to another thread. What SQLite's drivers add to the message is kept. */
export interface SentError {
  readonly ours: boolean;
  readonly name: string;
  readonly message: string;
  readonly stack?: string | undefined;
  readonly path?: string;
  readonly code?: unknown;
  readonly errcode?: unknown;
  readonly rawCode?: unknown;
  readonly cause?: SentError;
}

const MAX_CAUSES = 5;

export function sentError(error: unknown, causes = MAX_CAUSES): SentError {
  if (typeof error !== 'object' || error === null) {
    return { ours: false, name: 'Error', message: String(error) };
  }
  const { name, message, stack, code, errcode, rawCode, cause } = error as Record<string, unknown>;
  return {
    ours: isSagaError(error),
    ...{ name: String(name), message: String(message), code, errcode, rawCode },
    ...(typeof stack === 'string' ? { stack } : {}),
    ...(error instanceof SagaSerializationError ? { path: error.path } : {}),
    ...(cause === undefined || causes === 0 ? {} : { cause: sentError(cause, causes - 1) }),
  };
}

/** An error of the class that it had, as far as the classes are ours. */
export function revivedError(sent: SentError): Error {
  const error = revived(sent, sent.cause === undefined ? {} : { cause: revivedError(sent.cause) });
  // Where it was thrown, in the other thread.
  if (sent.stack !== undefined) error.stack = sent.stack;
  return error;
}

function revived(sent: SentError, options: { readonly cause?: unknown }): Error {
  const { message, path = '' } = sent;
  if (!sent.ours) return Object.assign(new Error(message, options), codesOf(sent));
  switch (sent.code) {
    case 'SAGA_LEASE_LOST':
      return new LeaseLostError(message, options);
    case 'SAGA_SERIALIZATION':
      return new SagaSerializationError(path, message.slice(path.length + 1));
    case 'SAGA_OPTIONS':
      return new SagaOptionsError(message, options);
    default:
      return new SagaJournalError(message, options);
  }
}

function codesOf({ name, code, errcode, rawCode }: SentError): object {
  const told = Object.entries({ name, code, errcode, rawCode });
  return Object.fromEntries(told.filter(([, value]) => value !== undefined));
}
