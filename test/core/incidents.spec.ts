import {
  isSagaError,
  SagaDefinitionError,
  SagaOrchestratorBuilder,
  SagaStateError,
  silentLogger,
} from 'nestjs-saga-orchestrator/core';
import {
  answers,
  declines,
  losesItsAnswer,
  neverAnswers,
  returns,
  stopsOnAbort,
  throws,
  type Behaviour,
} from '../support/behaviours.js';
import { settle } from '../support/manual-clock.js';
import { failureOf, rejectionOf, Shop } from '../support/shop.js';

/** Reserve, then a Charge that does what is given. */
function charging(does: Behaviour[], options: Parameters<Shop['step']>[1] = {}) {
  const shop = new Shop();
  const saga = shop.saga().step(shop.step('Reserve'));
  return { shop, saga: saga.step(shop.step('Charge', { does, ...options })) };
}

describe('1: what is wrong in public code for this very API', () => {
  it('a thrown action does not skip the compensation', async () => {
    const { shop, saga } = charging([throws(new Error('boom'))]);
    expect((await shop.failure(saga)).compensated).toEqual(['Reserve']);
    expect(shop.log).toEqual(['Reserve', 'Charge', 'undo Reserve']);
  });

  it('an unknown resume label runs nothing and does not report success', async () => {
    const { shop, saga } = charging([answers()]);
    expect(await rejectionOf(saga.runAsync('Chrage'))).toBeInstanceOf(SagaStateError);
    expect(shop.log).toEqual([]);
    expect(saga.getContext().isSuccess).toBe(false);
  });

  it('retry: 0 does not skip the step', async () => {
    const { shop, saga } = charging([answers('tx-1')], { retry: 0 });
    await shop.run(saga);
    expect(shop.log).toEqual(['Reserve', 'Charge']);
    expect(saga.getStepResult('Charge')).toBe('tx-1');
  });

  it('a throwing onError does not skip the compensation', async () => {
    const onError = () => {
      throw new Error('hook broke');
    };
    const { shop, saga } = charging([declines()], { onError });
    expect((await shop.failure(saga)).cause).toMatchObject({ message: 'card declined' });
    expect(shop.log).toEqual(['Reserve', 'Charge', 'undo Reserve']);
  });

  it('steps done before a resume label are compensated when a later step fails', async () => {
    const shop = new Shop();
    const answered = ['unknown', 'not-done'] as const;
    let asked = 0;
    const pay = shop.step('Pay', {
      does: [losesItsAnswer, declines()],
      undoes: null,
      pivot: true,
      probe: () => answered[asked++] ?? 'not-done',
    });
    const saga = shop.saga().step(shop.step('Reserve')).step(pay);
    expect(await shop.failure(saga)).toMatchObject({ status: 'parked', parkReason: 'in-doubt' });
    expect(await shop.failure(saga, 'Pay')).toMatchObject({ compensated: ['Reserve'] });
    expect(shop.log).toEqual(['Reserve', 'Pay', 'Pay', 'undo Reserve']);
  });

  it('an undefined return does not crash, and is compensated when a later step fails', async () => {
    const { shop, saga } = charging([returns(undefined)]);
    await shop.failure(saga.step(shop.step('Ship', { does: [declines()] })));
    expect(shop.log).toEqual(['Reserve', 'Charge', 'Ship', 'undo Charge', 'undo Reserve']);
  });
});

describe('2: run state belongs to a run, and no error is lost', () => {
  it('one plan used for many sagas undoes each of them once', async () => {
    const shop = new Shop();
    const charge = shop.step('Charge', { does: [declines()] });
    const definition = shop.saga().step(shop.step('Reserve')).step(charge).build();
    for (let i = 0; i < 3; i++) await shop.failure(shop.saga({ definition }));
    expect(shop.times('undo Reserve')).toHaveLength(3);
    expect(shop.log).toHaveLength(9);
  });

  it('the first error is kept when an undo fails as well, and the undo error next to it', async () => {
    const first = new Error('card declined');
    const second = new Error('release refused');
    const shop = new Shop();
    const reserve = shop.step('Reserve', { undoes: [throws(second)], compensationRetry: 0 });
    const charge = shop.step('Charge', { does: [throws(first)] });
    const error = await shop.failure(shop.saga().step(reserve).step(charge));
    expect(error.cause).toBe(first);
    expect(error.compensationErrors).toEqual([{ label: 'Reserve', error: second }]);
  });
});

describe('3: every run is supervised alone', () => {
  it('a failing saga neither stops the others nor leaves an unhandled rejection', async () => {
    const shop = new Shop();
    const runs = [throws(null), answers(), () => Promise.reject(new Error('boom')), answers()].map(
      (does) =>
        shop
          .saga()
          .step(shop.step('Charge', { does: [does] }))
          .runAsync(),
    );
    const ends = await shop.clock.until(Promise.allSettled(runs));
    expect(ends.map(({ status }) => status)).toEqual([
      'rejected',
      'fulfilled',
      'rejected',
      'fulfilled',
    ]);
  });

  it('a started saga that nobody asks after fails quietly', async () => {
    const shop = new Shop();
    await shop
      .saga()
      .step(shop.step('Charge', { does: [declines()] }))
      .start();
    await settle();
    expect(shop.logger.messages('warn')).toEqual(['Saga PlaceOrder compensated']);
  });
});

/** Three steps of which the second cannot be undone, then a failure. */
async function brokenUndo() {
  const shop = new Shop();
  const broken = { undoes: [throws(new Error('refused'))], compensationRetry: 0 };
  const saga = shop
    .saga()
    .step(shop.step('Reserve'))
    .step(shop.step('Charge', broken))
    .step(shop.step('Pack'))
    .step(shop.step('Ship', { does: [declines()] }));
  return { shop, error: await shop.failure(saga) };
}

describe('4, 5, 8: an undo that throws', () => {
  it('does not keep the earlier steps from being undone', async () => {
    const { shop } = await brokenUndo();
    expect(shop.log.slice(4)).toEqual(['undo Pack', 'undo Charge', 'undo Reserve']);
  });

  it('is never told as compensated', async () => {
    const { shop, error } = await brokenUndo();
    expect(error).toMatchObject({ status: 'parked', notCompensated: ['Charge'] });
    expect(shop.history).not.toContain('compensated');
  });

  it('is not skipped and forgotten: the saga says why it needs an operator', async () => {
    const { error } = await brokenUndo();
    expect(error.parkReason).toBe('compensation-failed');
    expect(error.compensationErrors).toMatchObject([{ label: 'Charge' }]);
  });
});

describe('6: a compensation that is not wired', () => {
  it.each([undefined, null, 'refund', {}])('fails the definition: compensate: %p', (compensate) => {
    const step = { label: 'Charge', action: () => 1, compensate };
    const define = () =>
      new SagaOrchestratorBuilder('PlaceOrder', {}, silentLogger).step(step as never);
    expect(define).toThrow(SagaDefinitionError);
  });
});

describe('7: undos and cancel', () => {
  it('undos are not cancelled together with their saga', async () => {
    const shop = new Shop();
    const undoes: Behaviour = (ctx) => {
      if (ctx.signal.aborted) throw new Error('cancelled, too');
    };
    const saga = shop
      .saga()
      .step(shop.step('Reserve', { undoes: [undoes] }))
      .step(shop.step('Charge', { does: [stopsOnAbort], undoes: [undoes] }));
    const run = saga.runAsync();
    await settle();
    saga.cancel();
    expect((await failureOf(run)).compensated).toEqual(['Charge', 'Reserve']);
  });

  it('an undo is known before its action runs: one that is cut off is undone', async () => {
    const { shop, saga } = charging([neverAnswers], { timeout: 1_000 });
    expect((await shop.failure(saga)).compensated).toEqual(['Charge', 'Reserve']);
  });
});

describe('11: cancel and deadline', () => {
  it('a deadline undoes what was done', async () => {
    const shop = new Shop();
    const saga = shop
      .saga({ deadline: 1_000 })
      .step(shop.step('Reserve'))
      .step(shop.step('Charge', { does: [stopsOnAbort] }));
    const error = await shop.failure(saga);
    expect(error.compensated).toEqual(['Charge', 'Reserve']);
    expect(isSagaError(error.cause, 'SAGA_CANCELLED')).toBe(true);
  });
});

describe('17: a label that is used twice', () => {
  it('is found when the saga is defined, never in a live order', () => {
    const shop = new Shop();
    const define = () => shop.saga().step(shop.step('Charge')).step(shop.step('Charge'));
    expect(define).toThrow(/'Charge' is used twice/);
    expect(shop.log).toEqual([]);
  });
});

describe('18: an undo without an end', () => {
  it('does not hang the compensation: it is aborted, retried, parked, and the others run', async () => {
    const shop = new Shop();
    const saga = shop
      .saga()
      .step(shop.step('Reserve'))
      .step(shop.step('Pack', { undoes: [neverAnswers] }))
      .step(shop.step('Charge', { does: [declines()] }));
    const error = await shop.failure(saga);
    expect(error).toMatchObject({ status: 'parked', notCompensated: ['Pack'] });
    expect(shop.times('undo Pack')).toHaveLength(4);
    expect(shop.times('undo Reserve')).toHaveLength(1);
    expect(shop.clock.monotonic()).toBeLessThan(4 * 36_000);
  });
});

describe('23: cancelled does not turn into success', () => {
  it('though the action that was to be cancelled succeeds', async () => {
    const shop = new Shop();
    const saga = shop.saga().step(
      shop.step('Charge', {
        does: [() => new Promise((resolve) => shop.clock.schedule(1_000, () => resolve('tx-1')))],
      }),
    );
    const run = saga.runAsync();
    await settle();
    saga.cancel();
    const error = await failureOf(shop.clock.until(run));
    expect(error).toMatchObject({ status: 'compensated', compensated: ['Charge'] });
    expect(saga.getContext().isSuccess).toBe(false);
    expect(await rejectionOf(saga.runAsync())).toBeInstanceOf(SagaStateError);
  });
});

describe('28: a time limit that is only a race', () => {
  it('does not let the next attempt start while the late one still works', async () => {
    const shop = new Shop();
    let working = 0;
    let most = 0;
    const works = async () => {
      most = Math.max(most, ++working);
      await new Promise<void>((resolve) => shop.clock.schedule(3_000, resolve));
      working -= 1;
    };
    const charge = shop.step('Charge', {
      does: [works],
      undoes: [works],
      timeout: 1_000,
      retry: { retries: 2, delay: 0 },
    });
    await shop.failure(shop.saga().step(charge));
    expect(shop.times('Charge')).toEqual([0, 3_000, 6_000]);
    expect(most).toBe(1);
  });
});
