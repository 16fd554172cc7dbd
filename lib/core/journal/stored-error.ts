import { isSagaError, withoutFrames } from '../errors/index.js';
import { MAX_TEXT, ownTextOf } from '../ports/index.js';

/** An error as it is kept: never its own properties, where HTTP clients hang tokens. */
export interface StoredError {
  readonly name: string;
  readonly message: string;
  /** The message, by a codec that encodes those of errors, too. */
  readonly encoded?: string;
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
  const name = text(() => (error as Error).name, 'Error', lengths.name);
  const stored: { -readonly [K in keyof StoredError]: StoredError[K] } = { name, message };
  if (code !== undefined) stored.code = code;
  if (cause !== undefined && causes > 0) stored.cause = storedError(cause, causes - 1, lengths);
  if (isSagaError(error)) stored.saga = true;
  return stored;
}

const BRAND = Symbol.for('nestjs-saga-orchestrator.error');

/**
 * An `Error` with the stored name, message, code and causes, and a stack without frames; its class is not
 * revived, so compare codes, or ask `isSagaError()`.
 */
export function fromStoredError(stored: StoredError): Error {
  const options = stored.cause === undefined ? undefined : { cause: fromStoredError(stored.cause) };
  const error = withoutFrames(() => new Error(stored.message, options));
  error.name = stored.name;
  if (stored.code !== undefined) Object.assign(error, { code: stored.code });
  if (stored.saga === true) Object.defineProperty(error, BRAND, { value: true });
  return error;
}
