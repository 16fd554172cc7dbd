import { types } from 'node:util';

/** `instanceof` for whatever was thrown: asked of a revoked proxy it would throw itself. */
export function isInstance<T>(
  value: unknown,
  type: abstract new (...args: never[]) => T,
): value is T {
  try {
    return value instanceof type;
  } catch {
    return false;
  }
}

/**
 * Also one of another realm, one that was made the old way (`util.inherits(CardError, Error)`), and a
 * `DOMException`. Never throws.
 */
export function isError(value: unknown): value is Error {
  return types.isNativeError(value) || isInstance(value, Error);
}

/** A text for any thrown value, whatever its own `message` or `toString` does. Never throws. */
export function messageOf(error: unknown): string {
  try {
    const message: unknown = isError(error) ? error.message : String(error);
    if (typeof message === 'string') return message;
  } catch {
    // As one that has no text.
  }
  return 'a value that cannot be shown';
}

/** The `cause` of an error, if there is one and it can be read. Never throws. */
export function causeOf(error: unknown): unknown {
  try {
    return isError(error) ? error.cause : undefined;
  } catch {
    return undefined;
  }
}
