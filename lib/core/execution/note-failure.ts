import { shown, type StepDefinition, type StepOutcome } from '../definition/index.js';
import type { SagaResultError } from '../errors/index.js';
import { mayRetry } from '../machine/index.js';
import { isInstance, quoted } from '../ports/index.js';
import { probeBehindBarrier } from './behind-barrier.js';
import { ActionContext } from './action-context.js';
import { checkedProbe, isWrongResult } from './checked-result.js';
import { Stopped, invoke } from './invoke.js';
import { noOutcomeIn, stopWithoutOutcome } from './no-outcome.js';
import { failedRecord, reasonOf, undoFailedRecord } from './outcome.js';
import { probeTime } from './recovered.js';
import { reportRun } from './report-run.js';
import { unwrap } from './returned.js';
import type { Run } from './run.js';

/** How long a probe or an `onError` hook may hold up its saga, in ms. */
const HOOK_TIMEOUT_MS = 30_000;

function rethrowStop(ctx: ActionContext, thrown: unknown): void {
  if (isInstance(thrown, Stopped)) throw thrown.error;
  // It was awaited as it is, and ends because it was told to.
  if (ctx.stoppedBy !== undefined && ctx.isAwaitedAsIs) throw ctx.stoppedBy;
}

/**
 * Rejects where a call came to no outcome; `undefined` where it did, so that a failure costs no promise.
 *
 * @throws what the run was stopped with.
 */
export function stopIfNoOutcome(
  run: Run,
  ctx: ActionContext,
  of: 'step' | 'the undo of step' | 'the probe of step',
  thrown: unknown,
): Promise<never> | undefined {
  rethrowStop(ctx, thrown);
  const word = noOutcomeIn(thrown);
  return word === undefined ? undefined : stopWithoutOutcome(run, ctx, of, word);
}

function reportHook(run: Run, label: string, hook: string, thrown: unknown): void {
  reportRun(run, 'error', `${hook} of step ${quoted(label)} failed`, reasonOf(thrown), { label });
}

/** Notes an attempt that was cancelled after its intent was recorded and before its action ran. */
export function noteNotBegun(run: Run, ctx: ActionContext, error: Error): void {
  const { label, attempt } = ctx;
  run.ended(ctx);
  const failure = { label, attempt, error, retryable: true };
  run.note({ type: 'failed', outcome: 'not-done', ...failure });
}

/**
 * Notes a failed attempt of an action and tells `onError`, which can change nothing.
 *
 * @throws what the run was stopped with; SagaInterruptedError for an attempt without an outcome.
 */
export async function noteFailure(
  run: Run,
  ctx: ActionContext,
  step: StepDefinition,
  thrown: unknown,
): Promise<void> {
  run.ended(ctx);
  const stopping = stopIfNoOutcome(run, ctx, 'step', thrown);
  if (stopping !== undefined) await stopping;
  if (isWrongResult(step, thrown)) {
    const { label, attempt } = ctx;
    const { pivot } = step.policy;
    run.note({ type: 'done', label, attempt, result: undefined, pivot, unstorable: thrown }, ctx);
    return;
  }
  run.note(failedRecord(run, ctx, step, thrown));
  if (step.policy.onError !== undefined) await tellOnError(run, ctx, step, reasonOf(thrown));
}

/** Of a failed attempt that is noted. @throws what the run was stopped with. */
export async function tellOnError(
  run: Run,
  ctx: ActionContext,
  step: StepDefinition,
  error: unknown,
): Promise<void> {
  const { onError } = step.policy;
  const state = run.state.step(step.label);
  const compensates = run.state.cancel !== undefined && !run.state.pivoted;
  const willRetry = state !== undefined && !compensates && mayRetry(step, state);
  const hook = new ActionContext(run, step, ctx.attempt);
  try {
    const call = (): unknown => onError?.({ error, attempt: ctx.attempt, willRetry }, hook);
    unwrap(await invoke(run, hook, call, undefined, HOOK_TIMEOUT_MS, undefined));
  } catch (failed) {
    rethrowStop(hook, failed);
    reportHook(run, step.label, 'onError', failed);
  } finally {
    run.ended(hook);
  }
}

/**
 * Notes a failed attempt of a compensation; one that was undone already counts as undone.
 *
 * @throws as {@link noteFailure} does.
 */
export async function noteUndoFailure(
  run: Run,
  ctx: ActionContext,
  step: StepDefinition,
  thrown: unknown,
): Promise<void> {
  run.ended(ctx);
  const stopping = stopIfNoOutcome(run, ctx, 'the undo of step', thrown);
  if (stopping !== undefined) await stopping;
  run.note(undoFailedRecord(run, ctx, step, reasonOf(thrown)));
}

interface Answer {
  readonly answer: StepOutcome;
  readonly result: unknown;
  /** It is done, but its result is wrong. */
  readonly unstorable?: SagaResultError;
}

function answerOf(given: unknown): Answer {
  const form = typeof given === 'object' && given !== null ? given : { outcome: given };
  const { outcome, result } = form as { outcome?: unknown; result?: unknown };
  if (outcome === 'done') return { answer: outcome, result };
  if (outcome === 'not-done' || outcome === 'unknown')
    return { answer: outcome, result: undefined };
  throw new TypeError(
    `it answered ${shown(outcome ?? given)}; a probe answers 'done', 'not-done', 'unknown' or ` +
      "{ outcome: 'done', result }",
  );
}

/**
 * Asks the probe of a step in doubt. Whatever it does but answer counts as `unknown`; that it came to
 * no outcome itself is none.
 *
 * @throws as {@link noteFailure} does.
 */
export async function noteProbe(run: Run, step: StepDefinition): Promise<void> {
  const ctx = new ActionContext(run, step, run.state.step(step.label)?.attempt ?? 1);
  let answer: Answer = { answer: 'unknown', result: undefined };
  try {
    const probe = step.policy.barrier ? probeBehindBarrier(run, ctx) : checkedProbe(step);
    const given = await invoke(run, ctx, probe as never, 'probe', HOOK_TIMEOUT_MS, undefined);
    answer = answerOf(unwrap(given));
  } catch (thrown) {
    const stopping = stopIfNoOutcome(run, ctx, 'the probe of step', thrown);
    if (stopping !== undefined) await stopping;
    if (isWrongResult(step, thrown))
      answer = { answer: 'done', result: undefined, unstorable: thrown };
    else reportHook(run, step.label, 'probe', thrown);
  } finally {
    run.ended(ctx);
  }
  const { label, policy } = step;
  const { asked } = run.state.question(label) ?? { asked: 0 };
  const again = answer.answer === 'unknown' ? probeTime(run, step, asked + 1) : {};
  // Only a barrier knows what the action has changed of the context.
  const attempt = policy.barrier ? ctx : undefined;
  run.note({ type: 'probed', label, ...answer, pivot: policy.pivot, ...again }, attempt);
}
