import { SagaStateError } from '../errors/index.js';
import { decide } from '../machine/index.js';
import { ActionContext } from './action-context.js';
import { CompensationContext } from './compensation-context.js';
import { executionException } from './execution-exception.js';
import { msUntilDue, type Effect } from './held-back.js';
import { Stopped } from './invoke.js';
import { reportCutOff } from './late.js';
import { letSettle } from './let-settle.js';
import { act, noteDone, noteUndone, undo } from './act.js';
import { noteFailure, noteNotBegun, noteProbe, noteUndoFailure } from './note-failure.js';
import { noteIntent } from './note-intent.js';
import { allOf, isPending, unwrap, unwrapUndo } from './returned.js';
import type { Run } from './run.js';
import { performInTransaction } from './transact.js';
import { shownSaga } from '../ports/index.js';

function isHeldBack(run: Run, effect: Effect): boolean {
  return effect.notBefore > 0 || run.unsettled.length > 0 || run.stopped !== undefined;
}

/**
 * Waits for the effect's time and for a late attempt; `true` when the state may have changed.
 *
 * @throws what the run was stopped with: no effect begins after that.
 */
async function holdBack(run: Run, effect: Effect): Promise<boolean> {
  if (run.stopped !== undefined) {
    await run.persistence?.flush();
    throw run.stopped.error;
  }
  if (msUntilDue(run, effect) > 0) {
    const { cancel } = run.state;
    await run.persistence?.flush();
    // A stop or cancel that came meanwhile has found no pause to end.
    if (run.stopped === undefined && run.state.cancel === cancel) {
      await run.pause(msUntilDue(run, effect));
    }
    return true;
  }
  if (run.unsettled.length === 0) return false;
  await letSettle(run);
  return true;
}

function throwIfStopped(run: Run): void {
  if (run.stopped?.when === 'now') throw run.stopped.error;
}

/** @throws what the run was stopped with while this attempt was in flight: nobody waits here any more. */
export function reportIfCutOff(run: Run, ctx: ActionContext): void {
  if (ctx.stoppedBy === undefined || !ctx.isAwaitedAsIs) return;
  reportCutOff(run, ctx);
  throw new Stopped(ctx.stoppedBy);
}

/** Cancelled or terminated after its intent was recorded, and before it was called. */
function noteCutOff(run: Run, ctx: ActionContext): void {
  if (ctx.direction === 'undo') return run.ended(ctx);
  const terminated = `Saga ${shownSaga(run.sagaName, run.sagaId)} was terminated`;
  noteNotBegun(run, ctx, ctx.aborted ?? new SagaStateError(terminated));
}

/**
 * Drives a saga that somebody is told of, or that does not simply succeed: waits, asks probes, calls
 * actions and undos. One loop, which makes no promise of its own for a step: it is what every journaled saga
 * pays. The intent of what nothing holds back is staged before this returns: a start is accepted once the
 * write that is under way by then is durable.
 *
 * @throws as `drive` does.
 */
export async function driveOn(run: Run): Promise<Run> {
  for (;;) {
    throwIfStopped(run);
    const command = decide(run.definition, run.state);
    if (command.type === 'record') {
      run.note(command.record);
      continue;
    }
    if (command.type === 'stop') {
      if (run.persistence !== undefined) await run.persistence.flush();
      if (run.isSuccess) return run;
      throw executionException(run);
    }
    // Time has passed: ask again.
    if (isHeldBack(run, command) && (await holdBack(run, command))) continue;
    const { step } = command;
    if (command.type === 'probe') {
      await noteProbe(run, step);
      continue;
    }
    const isUndo = command.type === 'undo';
    if (step.policy.transaction) {
      await performInTransaction(run, step, command.attempt, isUndo);
      continue;
    }
    const ctx = new (isUndo ? CompensationContext : ActionContext)(run, step, command.attempt);
    const isTold = run.observers !== undefined || run.persistence !== undefined;
    // A cancel aborts what is about to begin, too, but never an undo.
    if (isTold && !isUndo) run.began(ctx);
    if (isTold || isUndo)
      noteIntent(run, isUndo ? 'undo-started' : 'started', step, command.attempt);
    if (isTold) {
      try {
        await run.persistence?.flush();
        throwIfStopped(run);
      } catch (error) {
        run.ended(ctx);
        throw error;
      }
      // Whoever was told of the intent may cancel it in the meantime, also without a journal.
      if (ctx.aborted !== undefined || run.state.atRest) {
        noteCutOff(run, ctx);
        continue;
      }
    }
    let result: unknown;
    try {
      const returned = await (isUndo ? undo(run, ctx) : act(run, ctx));
      if (isUndo) unwrapUndo(returned);
      else result = isPending(returned) ? await allOf(returned, ctx) : unwrap(returned);
      reportIfCutOff(run, ctx);
    } catch (thrown) {
      await (isUndo ? noteUndoFailure : noteFailure)(run, ctx, step, thrown);
      continue;
    }
    if (isUndo) noteUndone(run, ctx);
    else noteDone(run, ctx, result);
  }
}
