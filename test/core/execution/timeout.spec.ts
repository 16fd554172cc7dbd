import { SagaTimeoutError } from 'nestjs-saga-orchestrator/core';
import { answers, neverAnswers, type Behaviour } from '../../support/behaviours.js';
import { Shop } from '../../support/shop.js';

/** Ends after `ms` of the shop's time, whatever its signal says. */
function endsAfter(shop: Shop, ms: number, end: () => unknown): Behaviour {
  return () =>
    new Promise((resolve, reject) => {
      shop.clock.schedule(ms, () => {
        try {
          resolve(end());
        } catch (error) {
          reject(error);
        }
      });
    });
}

const fails = (thrown: unknown) => () => {
  throw thrown;
};

describe('the timeout of a step (semantics 6)', () => {
  it('ends the attempt as unknown: the step is undone without a result', async () => {
    const shop = new Shop();
    const charge = shop.step('Charge', { does: [neverAnswers], timeout: 2_000 });
    const error = await shop.failure(shop.saga().step(charge));
    expect(error.cause).toBeInstanceOf(SagaTimeoutError);
    expect(error.message).toMatch(/Step 'Charge' took longer than 2000 ms/);
    expect(shop.undoContext('Charge')).toMatchObject({ outcome: 'unknown', result: undefined });
  });

  it('aborts ctx.signal with the timeout as its reason', async () => {
    const shop = new Shop();
    let reason: unknown;
    const listens: Behaviour = ({ signal }) => {
      signal.addEventListener('abort', () => (reason = signal.reason));
      return neverAnswers(undefined as never);
    };
    await shop.failure(shop.saga().step(shop.step('Charge', { does: [listens], timeout: 2_000 })));
    expect(reason).toBeInstanceOf(SagaTimeoutError);
  });

  it('aborts a signal that is first read after the time', async () => {
    const shop = new Shop();
    const charge = shop.step('Charge', { does: [neverAnswers], timeout: 2_000 });
    await shop.failure(shop.saga().step(charge));
    expect(shop.calls[0]?.ctx.signal.aborted).toBe(true);
    expect(shop.calls[1]?.ctx.signal.aborted).toBe(false);
  });

  it('does nothing to an attempt that ends in time, and leaves no timer', async () => {
    const shop = new Shop();
    const does = [endsAfter(shop, 1_999, () => 'tx-1')];
    const saga = shop.saga().step(shop.step('Charge', { does, timeout: 2_000 }));
    await shop.run(saga);
    expect(saga.getStepResult('Charge')).toBe('tx-1');
    expect(shop.clock.pending).toBe(0);
    expect(shop.calls[0]?.ctx.signal.aborted).toBe(false);
  });

  it.each([0, -1, NaN, Infinity, '2s', 365 * 86_400_000 + 1])('refuses timeout: %p', (timeout) => {
    const shop = new Shop();
    const define = () => shop.saga().step(shop.step('Charge', { timeout: timeout as never }));
    expect(define).toThrow(/step 'Charge': timeout must be a number of ms from 1/);
  });
});

describe('a late attempt (semantics 6)', () => {
  it('is waited for: the next attempt starts when it has settled', async () => {
    const shop = new Shop();
    const does = [endsAfter(shop, 3_000, fails(new Error('late'))), answers('tx-2')];
    const retry = { retries: 1, delay: 0 };
    const saga = shop.saga().step(shop.step('Charge', { does, retry, timeout: 2_000 }));
    await shop.run(saga);
    expect(shop.times('Charge')).toEqual([0, 3_000]);
    expect(saga.getStepResult('Charge')).toBe('tx-2');
  });

  it('is waited for no longer than the grace period', async () => {
    const shop = new Shop();
    const does = [neverAnswers, answers()];
    const options = { does, retry: { retries: 1, delay: 0 }, timeout: 2_000 };
    await shop.run(shop.saga().step(shop.step('Charge', options)));
    expect(shop.times('Charge')).toEqual([0, 2_000 + 5_000]);
    const impatient = new Shop();
    await impatient.run(
      impatient.saga().step(impatient.step('Charge', { ...options, timeoutGrace: 500 })),
    );
    expect(impatient.times('Charge')).toEqual([0, 2_500]);
  });

  it('is waited for before the undo as well', async () => {
    const shop = new Shop();
    const does = [endsAfter(shop, 2_700, () => 'late')];
    await shop.failure(shop.saga().step(shop.step('Charge', { does, timeout: 2_000 })));
    expect(shop.times('undo Charge')).toEqual([2_700]);
  });

  it('changes nothing by its late success', async () => {
    const shop = new Shop();
    const does = [endsAfter(shop, 2_700, () => 'late')];
    const saga = shop.saga().step(shop.step('Charge', { does, timeout: 2_000 }));
    await shop.failure(saga);
    expect(saga.getStepResult('Charge')).toBeUndefined();
    expect(shop.undoContext('Charge').outcome).toBe('unknown');
  });

  it.each([
    ['within the grace', 2_500],
    ['after the saga has ended', 60_000],
  ])('that rejects %s is reported and is never an unhandled rejection', async (_, at) => {
    // Jest fails a test that leaves an unhandled rejection behind.
    const shop = new Shop();
    const does = [endsAfter(shop, at, fails(new Error('socket hang up')))];
    await shop.failure(shop.saga().step(shop.step('Charge', { does, timeout: 2_000 })));
    await shop.clock.advance(60_000);
    const late = shop.logger.lines.find(({ message }) => message.includes('after its time'));
    expect(late).toMatchObject({
      level: 'warn',
      fields: { saga: 'PlaceOrder', label: 'Charge', attempt: 1, error: 'socket hang up' },
    });
  });

  it('that ends by its own abort is nothing to report', async () => {
    const shop = new Shop();
    const obeys: Behaviour = ({ signal }) =>
      new Promise((_, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason));
      });
    await shop.failure(shop.saga().step(shop.step('Charge', { does: [obeys], timeout: 2_000 })));
    expect(shop.times('undo Charge')).toEqual([2_000]);
    expect(shop.logger.text).not.toMatch('after its time');
  });
});
