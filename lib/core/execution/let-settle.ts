import type { Run } from './run.js';
import { NO_LATE } from './run-rarities.js';

/**
 * Waits for attempts that are late: within their grace, and no longer than this process drives the run.
 */
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
  // A cancel ends the wait, too.
  for (let left = end - clock.monotonic(); left > 0; left = end - clock.monotonic()) {
    if (run.stopped?.when === 'now') return;
    await run.pause(left, settled);
    if (isSettled) return;
  }
}
