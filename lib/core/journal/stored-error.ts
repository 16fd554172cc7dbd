import { isSagaError } from '../errors/index.js';
import { MAX_TEXT, ownTextOf } from '../ports/index.js';

/** An error as it is kept: never its own properties, where HTTP clients hang tokens. */
export interface StoredError {
  readonly name: string;
  readonly message: string;
  readonly code?: string | number;
  readonly cause?: StoredError;
  /** It is one of this package's: `isSagaError()` still says so when it comes back. */
  readonly saga?: true;
}

const MAX_CAUSES = 5;
/** Where texts are cut. */
const LENGTHS = { name: 255, message: MAX_TEXT };

function text(read: () => unknown, otherwise: string, max: number): string {
  try {
    const value = read();
    return typeof value === 'string' ? value.slice(0, max) : otherwise;
  } catch {
    return otherwise;
  }
}

function codeOf(error: object, max: number): string | number | undefined {
  const code = property(error, 'code');
  if (typeof code === 'string') return code.slice(0, max);
  return typeof code === 'number' && Number.isFinite(code) ? code : undefined;
}

function property(error: object, key: 'code' | 'cause'): unknown {
  try {
    return (error as Record<string, unknown>)[key];
  } catch {
    return undefined;
  }
}

/**
 * Name, message (cut at 2,000 characters; that of an error which gathers others tells of them), code,
 * and up to 5 causes. Never throws.
 */
export function storedError(error: unknown, causes = MAX_CAUSES, lengths = LENGTHS): StoredError {
  const message = ownTextOf(error, lengths.message);
  if (typeof error !== 'object' || error === null) return { name: 'Error', message };
  const code = codeOf(error, lengths.name);
  const cause = property(error, 'cause');
  return {
    name: text(() => (error as Error).name, 'Error', lengths.name),
    message,
    ...(code === undefined ? {} : { code }),
    ...(cause === undefined || causes === 0
      ? {}
      : { cause: storedError(cause, causes - 1, lengths) }),
    ...(isSagaError(error) ? { saga: true } : {}),
  };
}

const BRAND = Symbol.for('nestjs-saga-orchestrator.error');

/** Where it is made says nothing of where it was thrown, and to find that out takes longer than all else. */
function withoutFrames(message: string, options: ErrorOptions | undefined): Error {
  const { stackTraceLimit } = Error;
  // Not to be written where the built-ins are frozen.
  const isWritten = Reflect.set(Error, 'stackTraceLimit', 0);
  try {
    return new Error(message, options);
  } finally {
    if (isWritten) Error.stackTraceLimit = stackTraceLimit;
  }
}

/**
 * An `Error` with the stored name, message, code and causes, and a stack without frames; its class is not
 * revived, so compare codes, or ask `isSagaError()`.
 */
export function fromStoredError(stored: StoredError): Error {
  const error = withoutFrames(
    stored.message,
    stored.cause === undefined ? undefined : { cause: fromStoredError(stored.cause) },
  );
  error.name = stored.name;
  if (stored.code !== undefined) Object.assign(error, { code: stored.code });
  if (stored.saga === true) Object.defineProperty(error, BRAND, { value: true });
  return error;
}
