import { isObject, shown, textProblem } from '../definition/index.js';
import { SagaOptionsError } from '../errors/index.js';
import type { Redact } from '../ports/index.js';

const MAX_TEXT = 1_000;

/**
 * A text as it is kept: redacted, and cut at 1,000 characters.
 *
 * @throws SagaOptionsError for anything but a text.
 */
export function checkedText(what: string, given: unknown, redact?: Redact): string {
  if (typeof given !== 'string' || given === '') {
    throw new SagaOptionsError(`${what} must be a non-empty string (got ${shown(given)})`);
  }
  const value = redact === undefined ? given : redact(given);
  const problem = textProblem(what, value);
  if (problem !== undefined) throw new SagaOptionsError(problem);
  const cut = value.slice(0, MAX_TEXT);
  // A surrogate pair that the cut would split is left out: no journal can keep half of it.
  return textProblem(what, cut) === undefined ? cut : cut.slice(0, -1);
}

/** @throws SagaOptionsError where `by` or `reason` is missing. */
export function checkedReason(
  why: unknown,
  redact?: Redact,
): { readonly by: string; readonly reason: string } {
  if (!isObject(why)) {
    throw new SagaOptionsError(
      `the last argument must be { by, reason }, who acts and why (got ${shown(why)})`,
    );
  }
  const { by, reason } = why as Readonly<Record<string, unknown>>;
  return { by: checkedText('by', by), reason: checkedText('reason', reason, redact) };
}
