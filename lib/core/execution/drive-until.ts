import { offer } from './signals.js';
import { drive } from './drive.js';
import type { Run } from './run.js';

function passDeadline(run: Run): void {
  // At rest already, though perhaps not yet in the journal: nothing drives what would be noted after
  // that.
  if (!run.state.atRest) offer(run, { type: 'cancel', by: 'deadline', reason: 'deadline' });
}

/**
 * In ms. A saga that was begun elsewhere has no more time left than it had in all, whatever became of
 * the wall clock since.
 */
function msLeft({ environment, persistence }: Run, deadline: number): number {
  const begunAt = persistence?.begunAt ?? -Infinity;
  return Math.min(deadline - environment.clock.now(), deadline - begunAt);
}

/**
 * Drives a saga that is cancelled when its deadline (ms since the epoch) passes: a wall time, so that
 * it outlives the process, and waited for by the monotonic clock. One that has passed already acts
 * before anything else runs. Throws what `drive` throws.
 */
export async function driveUntil(run: Run, deadline: number): Promise<Run> {
  const { clock } = run.environment;
  const left = msLeft(run, deadline);
  if (left <= 0) {
    passDeadline(run);
    return drive(run);
  }
  const unschedule = clock.schedule(left, () => {
    passDeadline(run);
    // A journal that fails here fails the run's own next write, too.
    run.persistence?.flush().catch(() => undefined);
  });
  try {
    return await drive(run);
  } finally {
    unschedule();
  }
}
