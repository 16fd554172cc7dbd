import { NO_WAKE_TIME, wakeTimeOf } from 'nestjs-saga-orchestrator/core';

describe('the wake time of a saga', () => {
  it.each([
    [1_700_000_000_000, 1_700_000_000_000],
    [1_700_000_000_000.2, 1_700_000_000_001],
    [null, NO_WAKE_TIME],
    [Infinity, NO_WAKE_TIME],
    [0, 1],
    [-7, 1],
  ])('is whole, never early, and never that of one that is awake: %p', (until, wakeAt) => {
    expect(wakeTimeOf({ until })).toBe(wakeAt);
  });
});
