import { isSagaError } from '../errors/index.js';
import type { SagaState, StepState } from '../machine/index.js';
import { causeOf, quoted, report, whenRejected } from '../ports/index.js';
import type { ActionContext } from './action-context.js';
import { isWrongResult } from './checked-result.js';
import { reportRun } from './report-run.js';
import { allOf, isPending, unwrap } from './returned.js';
import type { LateEffect } from './late-effect.js';
import { observerFailed } from './observers.js';
import type { Run } from './run.js';

/** Whether a saga went on, or rests, as if this attempt of an action had taken no effect. */
function isActionPassedOver(step: StepState, attempt: number, { atRest }: SagaState): boolean {
  if (step.undo !== undefined || step.attempt > attempt) return true;
  if (step.phase === 'done') return false;
  return atRest || (step.phase === 'failed' && step.doubt === 'none');
}

/** An undo that another attempt has made, or may still make, was not passed over. */
function isUndoPassedOver({ undo }: StepState, { atRest }: SagaState): boolean {
  return atRest && undo?.phase === 'failed';
}

function tell(run: Run, effect: LateEffect): void {
  const failed = (error: unknown): void => {
    observerFailed(run, error, effect);
  };
  for (const observer of run.observers ?? []) {
    try {
      const told: unknown = observer.onLateEffect?.(run, effect, run.environment.clock.now());
      whenRejected(told, failed);
    } catch (error) {
      failed(error);
    }
  }
}

function reportEffect(run: Run, { label, attempt, direction }: ActionContext): void {
  const { state, logger, sagaName: saga, sagaId } = run;
  const step = state.step(label);
  const what = direction === 'do' ? `Step ${quoted(label)}` : `The undo of step ${quoted(label)}`;
  const fields = { saga, sagaId, label, attempt, status: state.status };
  const isPassedOver =
    step !== undefined &&
    (direction === 'do' ? isActionPassedOver(step, attempt, state) : isUndoPassedOver(step, state));
  if (!isPassedOver) {
    report(logger, 'warn', `${what} succeeded after its time; it was given up before`, fields);
    return;
  }
  const remedy =
    'look whether it stands; a longer timeout, timeoutGrace or probeDelay waits for it';
  const message = `${what} took effect after its saga had gone on without it: ${remedy}`;
  report(logger, 'error', message, fields);
  tell(run, { label, attempt, direction });
}

function reportFailure(run: Run, ctx: ActionContext, error: unknown): void {
  // An action that passes the signal on ends with its reason, or with an error that it caused: as
  // intended.
  const cause = causeOf(error);
  if (isSagaError(error, 'SAGA_TIMEOUT') || ctx.aborted === error || ctx.aborted === cause) return;
  const { label, attempt } = ctx;
  const message = `A timed-out attempt of ${quoted(label)} ended after its time`;
  reportRun(run, 'warn', message, error, { label, attempt });
}

/** Whether nothing was noted of how it ended. */
function isInFlight({ state }: Run, { label, attempt, direction }: ActionContext): boolean {
  const step = state.step(label);
  const of = direction === 'do' ? step : step?.undo;
  return of?.phase === 'started' && of.attempt === attempt;
}

/** What comes of it in the end. @throws what makes it a failure */
async function wholeOf(ctx: ActionContext, work: Promise<unknown>): Promise<unknown> {
  const value = await work;
  return isPending(value) ? allOf(value, ctx) : unwrap(value);
}

/** Tells of the effect of an attempt that was cut off because its run was stopped. */
export function reportCutOff(run: Run, ctx: ActionContext): void {
  if (isInFlight(run, ctx)) reportEffect(run, ctx);
}

/** As {@link lateEnd}, of an attempt that is cut off because its run was stopped. */
export function watchCutOff(run: Run, ctx: ActionContext, work: Promise<unknown>): void {
  wholeOf(ctx, work).then(
    () => reportCutOff(run, ctx),
    (error) => {
      // Any other ended because it was told to.
      if (isWrongResult(ctx.step, error)) reportCutOff(run, ctx);
    },
  );
}

/**
 * Resolves when an attempt that was given up has settled. Its end changes nothing any more, but is
 * never passed over in silence; a late rejection must not be an unhandled one.
 *
 * @param isHook A probe or an `onError`: its late answer is of no interest.
 */
export async function lateEnd(
  run: Run,
  ctx: ActionContext,
  work: Promise<unknown>,
  isHook: boolean,
): Promise<void> {
  try {
    await wholeOf(ctx, work);
  } catch (error) {
    if (!isWrongResult(ctx.step, error)) {
      reportFailure(run, ctx, error);
      return;
    }
  }
  if (!isHook) reportEffect(run, ctx);
}
