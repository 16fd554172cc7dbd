import { systemClock } from 'nestjs-saga-orchestrator/core';

describe('systemClock', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it('calls back once, after the time', () => {
    const callback = jest.fn();
    systemClock.schedule(100, callback);
    jest.advanceTimersByTime(99);
    expect(callback).not.toHaveBeenCalled();
    jest.advanceTimersByTime(1_000);
    expect(callback).toHaveBeenCalledTimes(1);
  });

  it('takes a callback back, and leaves no timer', () => {
    const callback = jest.fn();
    systemClock.schedule(100, callback)();
    jest.advanceTimersByTime(1_000);
    expect(callback).not.toHaveBeenCalled();
    expect(jest.getTimerCount()).toBe(0);
  });

  it('calls back soon for a time that has passed', () => {
    const callback = jest.fn();
    systemClock.schedule(-5, callback);
    jest.advanceTimersByTime(1);
    expect(callback).toHaveBeenCalledTimes(1);
  });

  it('waits longer than the 24.8 days of a Node timer, and can be taken back meanwhile', () => {
    const days = 86_400_000;
    const callback = jest.fn();
    systemClock.schedule(60 * days, callback);
    const taken = systemClock.schedule(60 * days, () => {
      throw new Error('taken back');
    });
    jest.advanceTimersByTime(59 * days);
    taken();
    expect(callback).not.toHaveBeenCalled();
    jest.advanceTimersByTime(days);
    expect(callback).toHaveBeenCalledTimes(1);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('keeps the process alive unless the timer is a background one', () => {
    const timeout = jest.spyOn(globalThis, 'setTimeout');
    const hasRef = () => timeout.mock.results.at(-1)?.value.hasRef() as boolean;
    const takeBack = [systemClock.schedule(1_000, () => 1)];
    expect(hasRef()).toBe(true);
    takeBack.push(systemClock.schedule(1_000, () => 1, true));
    expect(hasRef()).toBe(false);
    takeBack.forEach((back) => back());
  });

  it('tells wall time and a time that never goes back', () => {
    jest.useRealTimers();
    expect(Math.abs(systemClock.now() - Date.now())).toBeLessThan(1_000);
    const first = systemClock.monotonic();
    expect(systemClock.monotonic()).toBeGreaterThanOrEqual(first);
  });
});
