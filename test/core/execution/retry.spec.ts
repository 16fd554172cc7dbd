import {
  NonRetryableError,
  ResultError,
  ResultFactory,
  SagaDefinitionError,
  type RetryOptions,
} from 'nestjs-saga-orchestrator/core';
import { answers, declines, returns, throws } from '../../support/behaviours.js';
import { Shop } from '../../support/shop.js';

async function chargeTimes(retry: number | RetryOptions, does = [declines()]) {
  const shop = new Shop();
  await shop.failure(shop.saga().step(shop.step('Charge', { does, retry })));
  return shop.times('Charge');
}

describe('retry: n is n further tries (semantics 2)', () => {
  it.each([
    [0, 1],
    [1, 2],
    [2, 3],
    [7, 8],
  ])('retry: %i is at most %i attempts', async (retry, attempts) => {
    expect(await chargeTimes(retry)).toHaveLength(attempts);
  });

  it('is 0 when it is left out: one attempt', async () => {
    const shop = new Shop();
    await shop.failure(shop.saga().step(shop.step('Charge', { does: [declines()] })));
    expect(shop.times('Charge')).toEqual([0]);
  });

  it('is told beforehand: when, in whole ms, and nothing where none follows', async () => {
    const shop = new Shop();
    const retry = { retries: 1, delay: 10.5 };
    const failing = shop.step('Charge', { does: [declines()], retry });
    const begun = shop.clock.now();
    await shop.failure(shop.saga().step(failing));
    const failed = shop.records.filter(({ type }) => type === 'failed');
    expect(failed).toMatchObject([{ attempt: 1, retryAt: begun + 11 }, { attempt: 2 }]);
    expect(failed[1]).not.toHaveProperty('retryAt');
  });

  it('uses no more tries than it needs, and numbers them from 1', async () => {
    const shop = new Shop();
    const does = [declines(), declines(), answers('tx-1')];
    const saga = shop.saga().step(shop.step('Charge', { does, retry: 5 }));
    await shop.run(saga);
    expect(shop.calls.map(({ ctx }) => ctx.attempt)).toEqual([1, 2, 3]);
    expect(saga.getStepResult('Charge')).toBe('tx-1');
  });

  it.each([-1, 0.5, NaN, Infinity, 1_001, '2', null, true, []])(
    'refuses %p when the step is defined, naming option and value',
    (retry) => {
      const shop = new Shop();
      const define = () => shop.saga().step(shop.step('Charge', { retry: retry as never }));
      expect(define).toThrow(SagaDefinitionError);
      expect(define).toThrow(/step 'Charge': retry must be a whole number/);
      expect(define).toThrow(String(retry));
    },
  );
});

describe('back-off', () => {
  it('doubles from 100 ms up to 30 s by default', async () => {
    const times = await chargeTimes(10);
    const pauses = times.slice(1).map((at, i) => at - (times[i] ?? 0));
    expect(pauses).toEqual([100, 200, 400, 800, 1_600, 3_200, 6_400, 12_800, 25_600, 30_000]);
  });

  it('follows delay, factor and maxDelay', async () => {
    const retry = { retries: 4, delay: 10, factor: 3, maxDelay: 100 };
    expect(await chargeTimes(retry)).toEqual([0, 10, 40, 130, 230]);
  });

  it('takes jitter off the pause: the whole of it at 1, by the chance of the environment', async () => {
    const shop = new Shop();
    const retry = { retries: 2, delay: 100, factor: 1, jitter: 0.5 };
    const environment = { ...shop.environment, random: () => 0.4 };
    const saga = shop
      .saga({ environment })
      .step(shop.step('Charge', { does: [declines()], retry }));
    await shop.failure(saga);
    expect(shop.times('Charge')).toEqual([0, 80, 160]);
  });

  it('retries at once with delay 0', async () => {
    expect(await chargeTimes({ retries: 3, delay: 0 })).toEqual([0, 0, 0, 0]);
  });

  it('leaves no timer behind', async () => {
    const shop = new Shop();
    await shop.failure(shop.saga().step(shop.step('Charge', { does: [declines()], retry: 3 })));
    expect(shop.clock.pending).toBe(0);
  });
});

describe('what is not retried (semantics 2)', () => {
  it.each([
    ['a NonRetryableError', throws(new NonRetryableError('closed'))],
    ['a non-retryable Err', returns(ResultFactory.nonRetryable('CLOSED', 'closed'))],
    [
      'a thrown non-retryable ResultError',
      throws(new ResultError('CLOSED', 'closed', { retryable: false })),
    ],
  ])('%s stops at once and turns the saga back', async (_, does) => {
    const shop = new Shop();
    const charge = shop.step('Charge', { does: [does], retry: 5 });
    const error = await shop.failure(shop.saga().step(shop.step('Reserve')).step(charge));
    expect(shop.log).toEqual(['Reserve', 'Charge', 'undo Reserve']);
    expect(error.cause).toMatchObject({ message: 'closed' });
  });

  it('`when` decides by the error that was thrown or inside the Err', async () => {
    const seen: unknown[] = [];
    const when = (error: unknown) => {
      seen.push(error);
      return error !== 'give up';
    };
    const does = [throws(null), returns(ResultFactory.error('BUSY', 'busy')), throws('give up')];
    expect(await chargeTimes({ retries: 9, delay: 0, when }, does)).toHaveLength(3);
    expect(seen).toEqual([null, expect.any(ResultError), 'give up']);
  });

  it.each<[string, () => unknown]>([
    ['a promise of false', async () => false],
    ['a promise of true', async () => true],
    ['a promise that rejects', async () => Promise.reject(new Error('bug in when'))],
    ['nothing', () => undefined],
    ['a number', () => 1],
  ])('`when` that answers %s counts as false, and is logged', async (_, answer) => {
    const shop = new Shop();
    const retry = { retries: 3, when: answer as () => boolean };
    const undo = { undoes: [declines()], compensationRetry: retry };
    const reserve = shop.step('Reserve', undo);
    const charge = shop.step('Charge', { does: [declines()], retry });
    await shop.failure(shop.saga().step(reserve).step(charge));
    // A rejection that nobody heard would end the test here.
    await new Promise(setImmediate);
    expect(shop.log).toEqual(['Reserve', 'Charge', 'undo Reserve']);
    expect(shop.logger.messages('error')).toEqual(
      expect.arrayContaining([
        "retry.when of step 'Charge' failed; the step is not retried",
        "retry.when of step 'Reserve' failed; the step is not retried",
      ]),
    );
  });

  it('`when` that throws counts as false, is logged, and the saga is undone', async () => {
    const shop = new Shop();
    const when = () => {
      throw new Error('bug in when');
    };
    const charge = shop.step('Charge', { does: [declines()], retry: { retries: 3, when } });
    const error = await shop.failure(shop.saga().step(shop.step('Reserve')).step(charge));
    expect(shop.log).toEqual(['Reserve', 'Charge', 'undo Reserve']);
    expect(error.cause).toMatchObject({ message: 'card declined' });
    expect(shop.logger.messages('error')).toEqual([
      "retry.when of step 'Charge' failed; the step is not retried",
    ]);
  });
});
