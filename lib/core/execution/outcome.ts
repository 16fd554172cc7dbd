import { shown, type StepDefinition } from '../definition/index.js';
import { errorWithin, isAnswerLost, isSagaError } from '../errors/index.js';
import type { SagaRecord } from '../machine/index.js';
import { isError, isInstance, messageOf, quoted, whenRejected } from '../ports/index.js';
import { isFinal } from '../result/index.js';
import { backoff, type RetryPolicy } from '../retry/index.js';
import type { ActionContext } from './action-context.js';
import { isWrongResult } from './checked-result.js';
import { probeTime } from './recovered.js';
import { reportRun } from './report-run.js';
import { FailureValue } from './returned.js';
import type { Run } from './run.js';

/** What the user threw, or the error inside the `Err` that came back. */
export function reasonOf(thrown: unknown): unknown {
  return isInstance(thrown, FailureValue) ? thrown.error : thrown;
}

/** A thrown value as an error; one that is none is wrapped, never changed. */
export function asError(reason: unknown, label: string): Error {
  if (isError(reason)) return reason;
  return new Error(`Step ${quoted(label)} failed: ${messageOf(reason)}`, { cause: reason });
}

/** @throws TypeError for another answer: the promise of an async predicate would always be taken for a yes. */
function yesOrNo(answer: unknown): boolean {
  if (typeof answer === 'boolean') return answer;
  whenRejected(answer, () => undefined);
  throw new TypeError(`it answered ${shown(answer)}; it must answer true or false at once`);
}

function isRetryable(run: Run, policy: RetryPolicy, label: string, reason: unknown): boolean {
  if (isSagaError(reason, 'SAGA_NON_RETRYABLE')) return false;
  if (isSagaError(reason, 'SAGA_BLOCKED')) return false;
  if (isFinal(reason)) return false;
  if (policy.when === undefined) return true;
  try {
    return yesOrNo(policy.when(reason));
  } catch (error) {
    const message = `retry.when of step ${quoted(label)} failed; the step is not retried`;
    reportRun(run, 'error', message, error, { label });
    return false;
  }
}

function attemptFailure(
  run: Run,
  ctx: ActionContext,
  policy: RetryPolicy,
  reason: unknown,
  retryable: boolean,
) {
  const { clock, random } = run.environment;
  const hasNext = retryable && ctx.attempt <= policy.retries;
  const now = clock.now();
  // Times are whole in every journal.
  const retryAt = Math.ceil(now + backoff(policy, ctx.attempt, random()));
  if (hasNext) run.due = { retryAt, at: clock.monotonic() + retryAt - now };
  return {
    retryable,
    label: ctx.label,
    attempt: ctx.attempt,
    error: asError(reason, ctx.label),
    ...(hasNext ? { retryAt } : {}),
  };
}

/** Whether another saga needs an operator: a step that awaits it is in doubt. */
function isParkedElsewhere(thrown: unknown): boolean {
  const parked = (one: object): boolean =>
    isSagaError(one, 'SAGA_EXECUTION') &&
    (one as { readonly status?: unknown }).status === 'parked';
  return errorWithin(thrown, parked) !== undefined;
}

/** By the step's predicate, else by the host's, else by our own. In doubt: the answer was lost. */
function mayHaveTakenPlace(run: Run, { label, policy }: StepDefinition, error: unknown): boolean {
  const unknownWhen = policy.unknownWhen ?? run.environment.unknownWhen ?? isAnswerLost;
  try {
    return yesOrNo(unknownWhen(error));
  } catch (broken) {
    const message = `unknownWhen of step ${quoted(label)} failed; the outcome counts as unknown`;
    reportRun(run, 'error', message, broken, { label });
    return true;
  }
}

/** What is known of the effect of an attempt of an action that threw, or came back with an `Err`. */
export function outcomeOf(
  run: Run,
  ctx: ActionContext,
  step: StepDefinition,
  thrown: unknown,
): 'unknown' | 'not-done' {
  // It was rolled back.
  if (step.policy.transaction) return 'not-done';
  if (ctx.aborted !== undefined || isWrongResult(step, thrown)) return 'unknown';
  if (isSagaError(reasonOf(thrown), 'SAGA_OUTCOME_UNKNOWN')) return 'unknown';
  // A step that returned an `Err` has judged itself, whatever the `Err` holds.
  if (isInstance(thrown, FailureValue)) return 'not-done';
  if (isParkedElsewhere(thrown)) return 'unknown';
  return mayHaveTakenPlace(run, step, thrown) ? 'unknown' : 'not-done';
}

/** The record of an attempt of an action that threw, or came back with an `Err`. */
export function failedRecord(
  run: Run,
  ctx: ActionContext,
  step: StepDefinition,
  thrown: unknown,
): SagaRecord {
  const reason = reasonOf(thrown);
  const { retry } = step.policy;
  const retryable =
    !isSagaError(reason, 'SAGA_RESULT') && isRetryable(run, retry, step.label, reason);
  const outcome = outcomeOf(run, ctx, step, thrown);
  return {
    type: 'failed',
    outcome,
    ...attemptFailure(run, ctx, retry, reason, retryable),
    ...(outcome === 'unknown' ? probeTime(run, step, 0) : {}),
  };
}

/** The record of an attempt of a compensation that threw. */
export function undoFailedRecord(
  run: Run,
  ctx: ActionContext,
  step: StepDefinition,
  reason: unknown,
): SagaRecord {
  const policy = step.policy.compensationRetry;
  const { label, attempt } = ctx;
  if (isSagaError(reason, 'SAGA_ALREADY_UNDONE')) return { type: 'undone', label, attempt };
  const retryable =
    !isSagaError(reason, 'SAGA_CANNOT_COMPENSATE') && isRetryable(run, policy, label, reason);
  return { type: 'undo-failed', ...attemptFailure(run, ctx, policy, reason, retryable) };
}
