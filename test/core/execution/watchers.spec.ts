import type { SagaRecord } from 'nestjs-saga-orchestrator/core';
import {
  answers,
  declines,
  losesItsAnswer,
  neverAnswers,
  stopsOnAbort,
  type Behaviour,
} from '../../support/behaviours.js';
import { failureOf, Shop } from '../../support/shop.js';

/** Acts on each record of one kind and label. */
function on(type: string, label: string, act: () => void) {
  return {
    onRecord: (_: unknown, record: SagaRecord) => {
      if (record.type === type && 'label' in record && record.label === label) act();
    },
  };
}

const fails = (): never => {
  throw new Error('the watcher broke');
};

describe('a watcher that fails changes nothing: the saga is undone all the same', () => {
  const UNDONE = ['Reserve', 'Charge', 'undo Reserve'];

  it.each(['started', 'failed'])('an observer that throws at a `%s` record', async (type) => {
    const shop = new Shop();
    const saga = shop
      .saga({ observers: [on(type, 'Charge', fails)] })
      .step(shop.step('Reserve'))
      .step(shop.step('Charge', { does: [declines()] }));
    expect(await shop.failure(saga)).toMatchObject({ status: 'compensated' });
    expect(shop.log).toEqual(UNDONE);
  });

  it.each([
    ['a promise', () => Promise.reject(new Error('the watcher broke'))],
    ['a thenable', () => ({ then: fails })],
    ['what cannot be looked at', () => Object.defineProperty({}, 'then', { get: fails })],
  ])('an observer that gives %s, which rejects', async (_, onRecord) => {
    const shop = new Shop();
    const observer = { onRecord: onRecord as () => void };
    const charge = shop.step('Charge', { does: [declines()] });
    const saga = shop
      .saga({ observers: [observer] })
      .step(shop.step('Reserve'))
      .step(charge);
    expect(await shop.failure(saga)).toMatchObject({ status: 'compensated' });
    expect(shop.log).toEqual(UNDONE);
  });

  it('what it rejects with is in the log', async () => {
    const shop = new Shop();
    const onRecord = (async () => fails()) as () => void;
    await shop
      .saga({ observers: [{ onRecord }] })
      .step(shop.step('Reserve'))
      .runAsync();
    await new Promise(setImmediate);
    expect(shop.logger.messages('error')).toContain('An observer of sagas threw');
  });

  it('a logger that throws at every line', async () => {
    const shop = new Shop();
    Object.assign(shop.logger, {
      ...{ debug: fails, info: fails, warn: fails, error: fails, isLevelEnabled: fails },
    });
    const when = fails;
    const charge = shop.step('Charge', {
      does: [losesItsAnswer],
      retry: { retries: 1, when },
      onError: fails,
      probe: fails,
      undoes: null,
    });
    const saga = shop.saga().step(shop.step('Reserve')).step(charge);
    expect(await shop.failure(saga)).toMatchObject({ status: 'compensated' });
    expect(shop.log).toEqual(UNDONE);
  });

  it('a late rejection that nobody can show', async () => {
    const shop = new Shop();
    const late: Behaviour = () =>
      new Promise((_, reject) => {
        shop.clock.schedule(3_000, () => reject(Object.create(null)));
      });
    await shop.failure(shop.saga().step(shop.step('Charge', { does: [late], timeout: 2_000 })));
    expect(shop.times('undo Charge')).toEqual([3_000]);
    expect(shop.logger.messages('warn')[0]).toMatch(/ended after its time/);
  });
});

describe('a late attempt', () => {
  it('has the grace of its own step, whatever comes next', async () => {
    const shop = new Shop();
    const charge = { does: [neverAnswers], undoes: null, timeout: 1_000, timeoutGrace: 200 };
    await shop.failure(shop.saga().step(shop.step('Reserve')).step(shop.step('Charge', charge)));
    expect(shop.times('undo Reserve')).toEqual([1_200]);
  });

  it('is not forgotten over an onError that hangs as well', async () => {
    const shop = new Shop();
    const charge = shop.step('Charge', {
      does: [neverAnswers, answers()],
      retry: { retries: 1, delay: 0 },
      timeout: 1_000,
      timeoutGrace: 100_000,
      onError: () => new Promise<void>((resolve) => shop.clock.schedule(31_000, resolve)),
    });
    await shop.run(shop.saga().step(charge));
    expect(shop.times('Charge')[1]).toBeGreaterThanOrEqual(100_000);
  });
});

describe('a cancel between the record that an action starts and its call', () => {
  it.each([
    ['at once', (cancel: () => void) => cancel()],
    ['a moment later', (cancel: () => void) => queueMicrotask(cancel)],
  ])('reaches that action, %s', async (_, soon) => {
    const shop = new Shop();
    const cancels = (): void => saga.cancel();
    const saga = shop
      .saga({ observers: [on('started', 'Charge', () => soon(cancels))] })
      .step(shop.step('Reserve'))
      .step(shop.step('Charge', { does: [stopsOnAbort] }));
    const error = await failureOf(shop.clock.until(saga.runAsync()));
    expect(error.cause).toMatchObject({ code: 'SAGA_CANCELLED' });
    expect(shop.log).toContain('undo Reserve');
  });
});

describe('hostile answers', () => {
  const REFUSES = {
    isOk() {
      throw new Error('isOk');
    },
    isErr() {
      throw new Error('isErr');
    },
  };

  it.each([
    ['a result that throws when it is asked', REFUSES],
    [
      'a thenable that throws',
      {
        get then() {
          throw new Error('then');
        },
      },
    ],
  ])('%s is a failed attempt, with or without a time limit', async (_, answer) => {
    for (const options of [{}, { timeout: 1_000 }]) {
      const shop = new Shop();
      const charge = shop.step('Charge', { does: [() => answer], ...options });
      await shop.failure(shop.saga().step(shop.step('Reserve')).step(charge));
      expect(shop.log).toEqual(['Reserve', 'Charge', 'undo Reserve']);
    }
  });
});

describe('onError past the pivot', () => {
  it('is told that a retry follows, though a cancel was asked for in vain', async () => {
    const shop = new Shop();
    const told: boolean[] = [];
    const cancels = (): never => {
      saga.cancel();
      throw new Error('no courier');
    };
    const saga = shop
      .saga()
      .step(shop.step('Pay', { pivot: true }))
      .step(
        shop.step('Ship', {
          does: [cancels, answers()],
          undoes: null,
          retry: 1,
          onError: ({ willRetry }) => void told.push(willRetry),
        }),
      );
    await shop.run(saga);
    expect(shop.log).toEqual(['Pay', 'Ship', 'Ship']);
    expect(told).toEqual([true]);
  });
});
