import type { Clock } from '../ports/index.js';

/** How a run is stopped from outside without an outcome. */
export interface Stop {
  readonly error: Error;
  /** `boundary`: before the next effect. `now`: nothing more is recorded, not even what is in flight. */
  readonly when: 'boundary' | 'now';
}

/** When the back-off after a failure ends, by the monotonic clock. */
export interface Due {
  /** The wall time that was stored with that failure, by which it is found. */
  readonly retryAt: number;
  readonly at: number;
}

/** A timed-out attempt that is still at work, and how long the next effect waits for it, in ms. */
export interface Unsettled {
  readonly settled: Promise<void>;
  readonly grace: number;
}

export const NO_LATE: readonly Unsettled[] = [];

/** What few runs need. Apart, because every waiting saga keeps a run. */
export interface Rare {
  stop?: Stop | undefined;
  unsettled?: readonly Unsettled[];
  originals?: Map<unknown, unknown>;
  due?: Due;
  wake?: (() => void) | undefined;
}

/** Waits until somebody wakes it, or at the latest `ms`; see `Run.pause`. */
export function paused(
  rare: Rare,
  clock: Clock,
  ms: number,
  sooner: Promise<void> | undefined,
): Promise<void> {
  return new Promise((resolve) => {
    const wake = (): void => {
      unschedule();
      if (rare.wake === wake) rare.wake = undefined;
      resolve();
    };
    const unschedule = clock.schedule(ms, wake);
    rare.wake = wake;
    void sooner?.then(wake);
  });
}
