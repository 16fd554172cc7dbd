import { types } from 'node:util';

/** Time, as a port: tests hand in a manual clock. */
export interface Clock {
  /** Wall time in ms since the epoch, for records and deadlines. */
  now(): number;
  /** A clock that never goes back, in ms; the only one that durations and leases may use. */
  monotonic(): number;
  /**
   * Calls back once after `delayMs`; the returned function takes it back. A `background` timer does
   * not keep the process alive.
   */
  schedule(delayMs: number, callback: () => void, background?: boolean): () => void;
}

/** Node fires a timer of more than 2^31-1 ms at once; longer ones are chained. */
export const LONGEST_TIMER_MS = 2_147_483_647;

function schedule(delayMs: number, callback: () => void, background = false): () => void {
  let timer: NodeJS.Timeout;
  const arm = (left: number): void => {
    timer =
      left > LONGEST_TIMER_MS
        ? setTimeout(() => arm(left - LONGEST_TIMER_MS), LONGEST_TIMER_MS)
        : setTimeout(callback, left);
    if (background) timer.unref();
  };
  arm(Math.max(0, delayMs));
  return () => clearTimeout(timer);
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  schedule,
};

/** The time of a `Date` in ms, also one of another realm or of fake timers; `undefined` for what is none. */
export function timeOfDate(value: unknown): number | undefined {
  return types.isDate(value) ? Date.prototype.getTime.call(value) : undefined;
}
