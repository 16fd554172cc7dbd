/** How a run is stopped from outside without an outcome. */
export interface Halt {
  readonly error: Error;
  /** `boundary`: before the next effect. `now`: nothing more is recorded, not even what is in flight. */
  readonly when: 'boundary' | 'now';
}

/** When the back-off after a failure ends, by the monotonic clock. */
export interface Due {
  /** The wall time that was stored with that failure; it names it. */
  readonly retryAt: number;
  readonly at: number;
}

/** What few runs need. Apart, because every waiting saga keeps a run. */
export interface Rare {
  halt?: Halt | undefined;
  /** A timed-out attempt that is still at work, and how long the next effect waits for it, in ms. */
  unsettled?: { readonly settled: Promise<void>; readonly grace: number } | undefined;
  originals?: Map<unknown, unknown>;
  due?: Due;
  wake?: (() => void) | undefined;
}
