import { Observable, of, Subject, throwError } from 'rxjs';
import { isObservableLike, lastValueOf } from '../../../lib/core/result/index.js';

const aborts = () => new AbortController();

describe('an observable', () => {
  it('is what has subscribe and pipe, nothing else', () => {
    expect(isObservableLike(of(1))).toBe(true);
    for (const value of [
      null,
      undefined,
      'of',
      () => of(1),
      { subscribe: () => 1 },
      { pipe() {} },
    ]) {
      expect(isObservableLike(value)).toBe(false);
    }
  });

  it('is awaited for its last value, or undefined without one', async () => {
    expect(await lastValueOf(of(1, 2, 3), aborts().signal)).toBe(3);
    expect(await lastValueOf(of(), aborts().signal)).toBeUndefined();
  });

  it('rejects with its error', async () => {
    const error = new Error('no responder');
    await expect(
      lastValueOf(
        throwError(() => error),
        aborts().signal,
      ),
    ).rejects.toBe(error);
  });

  it('is unsubscribed from by an abort, and rejects with the reason', async () => {
    const answer = new Subject();
    const controller = aborts();
    const last = lastValueOf(answer, controller.signal);
    expect(answer.observed).toBe(true);
    controller.abort(new Error('took too long'));
    await expect(last).rejects.toThrow('took too long');
    expect(answer.observed).toBe(false);
  });

  it('is not kept when the signal is aborted before or while it is subscribed to', async () => {
    const controller = aborts();
    let left = 0;
    const source = new Observable(() => {
      controller.abort(new Error('cancelled'));
      return () => (left += 1);
    });
    await expect(lastValueOf(source, controller.signal)).rejects.toThrow('cancelled');
    await expect(lastValueOf(source, controller.signal)).rejects.toThrow('cancelled');
    expect(left).toBe(2);
  });

  it('leaves no listener on the signal once it has ended', async () => {
    const { signal } = aborts();
    const remove = jest.spyOn(signal, 'removeEventListener');
    await lastValueOf(of(1), signal);
    await lastValueOf(
      throwError(() => 1),
      signal,
    ).catch(() => undefined);
    expect(remove).toHaveBeenCalledTimes(2);
  });
});
