import type { StepDefinition } from '../definition/index.js';
import { SagaStateError } from '../errors/index.js';
import { decide, type Command } from '../machine/index.js';
import { ActionContext } from './action-context.js';
import { CompensationContext } from './compensation-context.js';
import { executionException } from './execution-exception.js';
import { invoke } from './invoke.js';
import { noteFailure, noteNotBegun, noteProbe, noteUndoFailure } from './note-failure.js';
import { unwrap } from './outcome.js';
import type { Run } from './run.js';

type Effect = Exclude<Command, { readonly type: 'record' | 'stop' }>;

function isHeldBack(run: Run, effect: Effect): boolean {
  return effect.notBefore > 0 || run.unsettled !== undefined || run.halt !== undefined;
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
  const early = effect.notBefore - run.environment.clock.now();
  if (effect.notBefore > 0 && early > 0) {
    await run.persistence?.flush();
    if (run.halt === undefined) await run.pause(early);
    return true;
  }
  if (run.unsettled === undefined) return false;
  const { settled, grace } = run.unsettled;
  run.unsettled = undefined;
  await new Promise<void>((resolve) => {
    const unschedule = run.environment.clock.schedule(grace, resolve);
    void settled.then(() => {
      unschedule();
      resolve();
    });
  });
  return true;
}

/** Makes the intent durable. Without a journal only observers want to know of it. */
async function announce(
  run: Run,
  type: 'started' | 'undo-started',
  step: StepDefinition,
  attempt: number,
) {
  const { label } = step;
  run.note(
    type === 'started'
      ? { type, label, attempt, owesUndo: step.compensate !== undefined }
      : { type, label, attempt },
  );
  if (run.persistence === undefined) return;
  await run.persistence.flush();
  if (run.halt?.when === 'now') throw run.halt.error;
}

async function undo(run: Run, step: StepDefinition, attempt: number): Promise<void> {
  await announce(run, 'undo-started', step, attempt);
  const ctx = new CompensationContext(run, step, attempt);
  try {
    const compensate = step.compensate as NonNullable<StepDefinition['compensate']>;
    const { compensationTimeout, timeoutGrace } = step.policy;
    unwrap(await invoke(run, ctx, compensate, compensationTimeout, timeoutGrace));
  } catch (thrown) {
    noteUndoFailure(run, ctx, step, thrown);
    return;
  }
  run.note({ type: 'undone', label: step.label, attempt }, ctx);
}

/** What does not happen in a saga that simply succeeds, apart from the frame that it waits with. */
async function undoOrProbe(run: Run, effect: Exclude<Effect, { readonly type: 'run' }>) {
  if (effect.type === 'undo') await undo(run, effect.step, effect.attempt);
  else await noteProbe(run, effect.step);
}

/**
 * Drives a saga until it rests: asks the machine for the next command, performs it, notes what
 * happened. Resolves when it has completed.
 *
 * The happy path of an action stands in this loop on purpose: an async function around it would
 * cost more than the rest of the step.
 *
 * @throws SagaExecutionException when it was compensated or parked; SagaInterruptedError,
 * SagaJournalError or LeaseLostError when this process had to stop before its end.
 */
export async function drive(run: Run): Promise<Run> {
  if (run.driving) {
    throw new SagaStateError(
      `Saga ${run.sagaName} ${run.sagaId} is running already; await its run`,
    );
  }
  run.driving = true;
  try {
    for (;;) {
      if (run.halt?.when === 'now') throw run.halt.error;
      const command = decide(run.definition, run.state);
      if (command.type === 'record') {
        run.note(command.record);
      } else if (command.type === 'stop') {
        if (run.persistence !== undefined) await run.persistence.flush();
        if (run.isSuccess) return run;
        throw executionException(run);
      } else if (isHeldBack(run, command) && (await holdBack(run, command))) {
        // Time has passed: ask again.
      } else if (command.type !== 'run') {
        await undoOrProbe(run, command);
      } else {
        const { step, attempt } = command;
        const ctx = new ActionContext(run, step, attempt);
        if (run.observers !== undefined || run.persistence !== undefined) {
          run.current = ctx;
          await announce(run, 'started', step, attempt);
          if (ctx.aborted !== undefined) {
            noteNotBegun(run, ctx, ctx.aborted);
            continue;
          }
        }
        const { timeout, timeoutGrace } = step.policy;
        let result: unknown;
        try {
          result = unwrap(await invoke(run, ctx, step.action as never, timeout, timeoutGrace));
        } catch (thrown) {
          await noteFailure(run, ctx, step, thrown);
          continue;
        }
        const { pivot } = step.policy;
        run.note({ type: 'done', label: step.label, attempt, result, pivot }, ctx);
      }
    }
  } finally {
    run.driving = false;
    run.current = undefined;
  }
}
