import { heldErrors } from './held-errors.js';
import { isSagaError } from './saga-error.js';

/** At most so many errors are looked at. */
const MOST = 1_000;

/** The errors inside an error; its class does not matter, and neither does its realm. */
function partsOf(error: object): readonly unknown[] {
  const { cause, errors } = error as { readonly cause?: unknown; readonly errors?: unknown };
  const held = heldErrors(error);
  if (cause === undefined && !Array.isArray(errors)) return held;
  const parts: readonly unknown[] = Array.isArray(errors) ? errors.slice(0, MOST) : [];
  return [cause, ...held, ...parts];
}

/**
 * The first of an error, its causes, the error that an exception of Nest was made of and the errors of an
 * `AggregateError` that passes the test, else `undefined`. The end of another saga (`SAGA_EXECUTION`) is looked at, and what lies behind it is
 * not: that was settled there. Never throws, whatever it is asked of.
 */
export function errorWithin(error: unknown, test: (one: object) => boolean): object | undefined {
  const found = new Set([error]);
  let left = MOST;
  // What is added on the way is met, too.
  for (const one of found) {
    if ((left -= 1) < 0) return undefined;
    if (typeof one !== 'object' || one === null) continue;
    try {
      if (test(one)) return one;
      if (isSagaError(one, 'SAGA_EXECUTION')) continue;
      for (const part of partsOf(one)) found.add(part);
    } catch {
      // A proxy or a getter may throw; the other errors are still looked at.
    }
  }
  return undefined;
}
