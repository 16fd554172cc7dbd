import { isObject, refuseProblems, shown, textProblem } from '../definition/index.js';
import { SagaOptionsError } from '../errors/index.js';
import type { Redact } from '../ports/index.js';
import type { OperatorReason } from './operator-reason.js';

const MAX_TEXT = 1_000;

/**
 * A text as it is kept: redacted, and cut at 1,000 characters.
 *
 * @throws SagaOptionsError for anything but a text.
 */
export function checkedText(what: string, given: unknown, redact?: Redact, max = MAX_TEXT): string {
  if (typeof given !== 'string' || given === '') {
    throw new SagaOptionsError(`${what} must be a non-empty string (got ${shown(given)})`);
  }
  const value = redact === undefined ? given : redact(given);
  const problem = textProblem(what, value);
  if (problem !== undefined) throw new SagaOptionsError(problem);
  const cut = value.slice(0, max);
  // A surrogate pair that the cut would split is left out: no journal can keep half of it.
  return textProblem(what, cut) === undefined ? cut : cut.slice(0, -1);
}

/** What a person gives as a reason has so many characters at least. */
const MIN_REASON = 3;
const MAX_BY = 255;
const ORIGIN = /^[a-z][a-z0-9-]{0,39}$/;

/** @throws SagaOptionsError where `by` or `reason` is missing, or says nothing. */
export function checkedReason(why: unknown, redact?: Redact): Required<OperatorReason> {
  if (!isObject(why)) {
    throw new SagaOptionsError(
      `the last argument must be { by, reason }, who acts and why (got ${shown(why)})`,
    );
  }
  const { by, reason, origin = 'app' } = why as Readonly<Record<string, unknown>>;
  const who = checkedText('by', by, undefined, MAX_BY);
  const given = checkedText('reason', reason, redact);
  refuseProblems([
    given.trim().length < MIN_REASON
      ? `reason must have at least ${MIN_REASON} characters (got ${shown(reason)})`
      : undefined,
    typeof origin === 'string' && ORIGIN.test(origin)
      ? undefined
      : `origin must be 1 to 40 of a-z, 0-9 and -, and begin with a letter (got ${shown(origin)})`,
  ]);
  return { by: who, reason: given, origin: origin as string };
}
