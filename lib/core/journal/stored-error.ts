/** An error as it is kept: never its own properties, where HTTP clients hang tokens. */
export interface StoredError {
  readonly name: string;
  readonly message: string;
  readonly code?: string | number;
  readonly cause?: StoredError;
}

const MAX_MESSAGE = 2_000;
const MAX_CAUSES = 5;

function text(read: () => unknown, otherwise: string): string {
  try {
    const value = read();
    return typeof value === 'string' ? value.slice(0, MAX_MESSAGE) : otherwise;
  } catch {
    return otherwise;
  }
}

function property(error: object, key: 'code' | 'cause'): unknown {
  try {
    return (error as Record<string, unknown>)[key];
  } catch {
    return undefined;
  }
}

/** Name, message (cut at 2,000 characters), code, and up to 5 causes. */
export function storedError(error: unknown, causes = MAX_CAUSES): StoredError {
  if (typeof error !== 'object' || error === null) {
    return { name: 'Error', message: text(() => String(error), 'a value that cannot be shown') };
  }
  const code = property(error, 'code');
  const cause = property(error, 'cause');
  return {
    name: text(() => (error as Error).name, 'Error'),
    message: text(() => (error as Error).message, 'an object was thrown'),
    ...(typeof code === 'string' || Number.isFinite(code) ? { code: code as string | number } : {}),
    ...(cause === undefined || causes === 0 ? {} : { cause: storedError(cause, causes - 1) }),
  };
}

/** An `Error` with the stored name, message, code and causes; its class is not revived. */
export function fromStoredError(stored: StoredError): Error {
  const error = new Error(
    stored.message,
    stored.cause === undefined ? undefined : { cause: fromStoredError(stored.cause) },
  );
  error.name = stored.name;
  if (stored.code !== undefined) Object.assign(error, { code: stored.code });
  return error;
}
