import { SagaStateError } from '../errors/index.js';
import { decide } from '../machine/index.js';
import { ActionContext } from './action-context.js';
import { act, noteDone } from './act.js';
import { driveOn } from './drive-on.js';
import { noteFailure } from './note-failure.js';
import { allOf, isPending, unwrap } from './returned.js';
import type { Run } from './run.js';
import { shownSaga } from '../ports/index.js';

function begin(run: Run): void {
  if (run.driving) refuseTwice(run.sagaName, run.sagaId);
  run.driving = true;
}

/** @throws SagaStateError */
export function refuseTwice(sagaName: string, sagaId: string): never {
  throw new SagaStateError(`Saga ${shownSaga(sagaName, sagaId)} is running already; await its run`);
}

async function ended<T>(run: Run, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } finally {
    run.driving = false;
  }
}

/**
 * The attempt that can be made at once, without a promise: the next one of a bare saga that so far
 * simply succeeds. Notes the end of such a saga.
 */
function readyAttempt(run: Run): ActionContext | undefined {
  if (!run.isPlain) return undefined;
  const command = decide(run.definition, run.state);
  if (command.type === 'run') {
    if (command.notBefore > 0) return undefined;
    return new ActionContext(run, command.step, command.attempt);
  }
  if (command.type === 'record' && command.record.type === 'completed') run.note(command.record);
  return undefined;
}

/**
 * What happens in a bare saga that simply succeeds stands here, in small functions and without `finally`:
 * V8 puts it into one piece of code, and a waiting saga keeps a small frame. All else is in `driveOn`.
 */
async function driveBare(run: Run): Promise<Run> {
  begin(run);
  for (let ctx = readyAttempt(run); ctx !== undefined; ctx = readyAttempt(run)) {
    let result: unknown;
    try {
      const returned = await act(run, ctx);
      result = isPending(returned) ? await allOf(returned, ctx) : unwrap(returned);
    } catch (thrown) {
      return ended(run, failed(run, ctx, thrown));
    }
    noteDone(run, ctx, result);
  }
  if (!run.isSuccess) return ended(run, driveOn(run));
  run.driving = false;
  return run;
}

async function failed(run: Run, ctx: ActionContext, thrown: unknown): Promise<Run> {
  await noteFailure(run, ctx, ctx.step, thrown);
  return driveOn(run);
}

/**
 * A stop rejects at once, though the user code in flight goes on. The loop that awaits that is abandoned, and
 * notes nothing once it has settled: so no attempt needs a promise of its own that a stop could reject.
 */
function driveJournaled(run: Run): Promise<Run> {
  return new Promise((resolve, reject) => {
    begin(run);
    const leave = (): void => {
      run.driving = false;
      run.abandon = undefined;
    };
    const abandon = (error: unknown): void => {
      // Abandoned before, so that this is the end of what nobody waits for.
      if (run.abandon !== abandon) return;
      leave();
      reject(error);
    };
    run.abandon = abandon;
    driveOn(run).then(() => {
      leave();
      resolve(run);
    }, abandon);
  });
}

/**
 * Drives a saga until it rests: asks the machine for the next command, performs it, notes what
 * happened. Resolves when it has completed.
 *
 * @throws SagaExecutionException when it was compensated or parked; SagaInterruptedError,
 * SagaJournalError or LeaseLostError when this process had to stop before its end.
 */
export function drive(run: Run): Promise<Run> {
  return run.persistence === undefined ? driveBare(run) : driveJournaled(run);
}
