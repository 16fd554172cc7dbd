import { isObject, shown, textProblem } from '../definition/index.js';
import { SagaOptionsError } from '../errors/index.js';

const MAX_TEXT = 1_000;

/** @throws SagaOptionsError for anything but a text; a long one is cut at 1,000 characters. */
export function checkedText(what: string, value: unknown): string {
  if (typeof value !== 'string' || value === '') {
    throw new SagaOptionsError(`${what} must be a non-empty string (got ${shown(value)})`);
  }
  const problem = textProblem(what, value);
  if (problem !== undefined) throw new SagaOptionsError(problem);
  const cut = value.slice(0, MAX_TEXT);
  // A pair that the cut goes through is left out: no journal keeps half of it.
  return textProblem(what, cut) === undefined ? cut : cut.slice(0, -1);
}

/** @throws SagaOptionsError for an act of nobody, or without a reason. */
export function checkedReason(why: unknown): { readonly by: string; readonly reason: string } {
  if (!isObject(why)) {
    throw new SagaOptionsError(
      `the last argument must be { by, reason }, who acts and why (got ${shown(why)})`,
    );
  }
  const { by, reason } = why as Readonly<Record<string, unknown>>;
  return { by: checkedText('by', by), reason: checkedText('reason', reason) };
}
