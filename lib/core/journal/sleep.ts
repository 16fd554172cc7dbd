import type { JournalBatch } from './stored-saga.js';

/** The wake time of a saga that sleeps until somebody wakes it: the last moment that a `Date` can tell. */
export const NO_WAKE_TIME = 8_640_000_000_000_000;

/** The wake time of a saga that is put to sleep, in whole ms: never before the one that was asked for. */
export function wakeTimeOf({ until }: NonNullable<JournalBatch['sleep']>): number {
  return Math.min(Math.max(1, Math.ceil(until ?? NO_WAKE_TIME)), NO_WAKE_TIME);
}
