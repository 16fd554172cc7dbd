import type { StepDefinition } from '../definition/index.js';
import { SagaStateError } from '../errors/index.js';
import { decide } from '../machine/index.js';
import { ActionContext } from './action-context.js';
import { CompensationContext } from './compensation-context.js';
import { executionException } from './execution-exception.js';
import { msUntilDue, type Effect } from './held-back.js';
import { invoke } from './invoke.js';
import { noteNotBegun, noteProbe, noteUndoFailure } from './note-failure.js';
import { noteIntent } from './note-intent.js';
import { unwrapUndo } from './returned.js';
import type { Run } from './run.js';
import { NO_LATE } from './run-rarities.js';
import { shownSaga } from '../ports/index.js';

function isHeldBack(run: Run, effect: Effect): boolean {
  return effect.notBefore > 0 || run.unsettled.length > 0 || run.halt !== undefined;
}

/**
 * Waits for the effect's time and for a late attempt; `true` when the state may have changed.
 *
 * @throws what the run was stopped with: no effect begins after that.
 */
async function holdBack(run: Run, effect: Effect): Promise<boolean> {
  if (run.halt !== undefined) {
    await run.persistence?.flush();
    throw run.halt.error;
  }
  if (msUntilDue(run, effect) > 0) {
    const { cancel } = run.state;
    await run.persistence?.flush();
    // Who has stopped or cancelled it meanwhile has found nobody to wake.
    if (run.halt === undefined && run.state.cancel === cancel) {
      await run.pause(msUntilDue(run, effect));
    }
    return true;
  }
  if (run.unsettled.length === 0) return false;
  await letSettle(run);
  return true;
}

/** Waits for attempts that are late: within their grace, and no longer than the run is in our hands. */
export async function letSettle(run: Run): Promise<void> {
  const { unsettled } = run;
  if (unsettled.length === 0) return;
  run.unsettled = NO_LATE;
  const now = run.environment.clock.monotonic();
  for (const { settled, grace } of unsettled) await settledBy(run, settled, now + grace);
}

async function settledBy(run: Run, settled: Promise<void>, end: number): Promise<void> {
  let isSettled = false;
  void settled.then(() => (isSettled = true));
  const { clock } = run.environment;
  // A wish to cancel wakes it, too.
  for (let left = end - clock.monotonic(); left > 0; left = end - clock.monotonic()) {
    if (run.halt?.when === 'now') return;
    await run.pause(left, settled);
    if (isSettled) return;
  }
}

function throwIfHalted(run: Run): void {
  if (run.halt?.when === 'now') throw run.halt.error;
}

/** Makes the intent durable. Without a journal only observers want to know of it. */
async function announceUndo(run: Run, step: StepDefinition, attempt: number): Promise<void> {
  noteIntent(run, 'undo-started', step, attempt);
  if (run.persistence === undefined) return;
  await run.persistence.flush();
  throwIfHalted(run);
}

/** Performs an undo whose intent is known, and notes how it went. */
export async function performUndo(run: Run, step: StepDefinition, attempt: number): Promise<void> {
  const ctx = new CompensationContext(run, step, attempt);
  try {
    const compensate = step.compensate as NonNullable<StepDefinition['compensate']>;
    const { compensationTimeout, timeoutGrace } = step.policy;
    unwrapUndo(await invoke(run, ctx, compensate, 'undo', compensationTimeout, timeoutGrace));
  } catch (thrown) {
    await noteUndoFailure(run, ctx, step, thrown);
    return;
  }
  run.ended(ctx);
  run.note({ type: 'undone', label: step.label, attempt }, ctx);
}

/**
 * Performs whatever comes before the next attempt of an action: waits, undos, probes, records. The
 * intent of an attempt that nothing holds back is staged before this returns: a start is accepted
 * once the write that is under way by then is durable.
 *
 * @returns the attempt to make, `undefined` when the saga has completed.
 * @throws as `drive` does.
 */
export async function nextAttempt(run: Run): Promise<ActionContext | undefined> {
  for (;;) {
    throwIfHalted(run);
    const command = decide(run.definition, run.state);
    if (command.type === 'record') {
      run.note(command.record);
    } else if (command.type === 'stop') {
      if (run.persistence !== undefined) await run.persistence.flush();
      if (run.isSuccess) return undefined;
      throw executionException(run);
    } else if (isHeldBack(run, command) && (await holdBack(run, command))) {
      // Time has passed: ask again.
    } else if (command.type === 'undo') {
      await announceUndo(run, command.step, command.attempt);
      if (!run.state.atRest) await performUndo(run, command.step, command.attempt);
    } else if (command.type === 'probe') {
      await noteProbe(run, command.step);
    } else {
      const ctx = new ActionContext(run, command.step, command.attempt);
      if (run.observers === undefined && run.persistence === undefined) return ctx;
      run.began(ctx);
      noteIntent(run, 'started', command.step, command.attempt);
      // Here, not in a function of its own: one promise less for every step.
      // Whoever was told of the intent may cancel it in the meantime, also without a journal.
      try {
        await run.persistence?.flush();
        throwIfHalted(run);
      } catch (error) {
        run.ended(ctx);
        throw error;
      }
      if (ctx.aborted === undefined && !run.state.atRest) return ctx;
      // Cancelled or terminated after its intent was recorded and before its action ran.
      noteNotBegun(
        run,
        ctx,
        ctx.aborted ??
          new SagaStateError(`Saga ${shownSaga(run.sagaName, run.sagaId)} was terminated`),
      );
    }
  }
}
