import {
  isConflict,
  MOST_REPEATS,
  pauseAfterConflict,
  type Run,
  type Transacted,
  type TransactionalWork,
} from '../../../core/engine/index.js';
import type { Fence } from '../ownership/index.js';
import { type KeptRun, TransactedOnce } from './transacted-once.js';

/**
 * Runs transactions until one has stored what a step does together with the records of it, or has failed for another
 * reason than a conflict.
 */
export async function transact(
  run: Run,
  kept: KeptRun,
  fence: Fence,
  work: TransactionalWork,
): Promise<Transacted> {
  for (let repeat = 1; ; repeat += 1) {
    const end = await new TransactedOnce(run, kept, fence, work).perform();
    if (end.committed || end.recorded || !isConflict(end.error)) return end;
    if (repeat > MOST_REPEATS) return { ...end, error: stillInConflict(repeat, end.error) };
    await run.pause(pauseAfterConflict(repeat, run.environment.random()));
    await kept.flush();
    if (run.stopped?.when === 'now') throw run.stopped.error;
    if (!work.mayRepeat) return end;
  }
}

function stillInConflict(runs: number, cause: unknown): Error {
  return new Error(`The transaction met conflicts with others in each of its ${runs} runs`, {
    cause,
  });
}
