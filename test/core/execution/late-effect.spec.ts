import type { LateEffect, ProbeAnswer } from 'nestjs-saga-orchestrator/core';
import { answers, declines, neverAnswers, type Behaviour } from '../../support/behaviours.js';
import { rejectionOf, Shop } from '../../support/shop.js';

/** Answers after `ms` of the shop's time, whatever its signal says. */
function answersAfter(shop: Shop, ms: number, end: () => unknown = () => 'tx-1'): Behaviour {
  return () => new Promise((resolve) => void shop.clock.schedule(ms, () => resolve(end())));
}

/** An order whose Charge takes effect after `ms`, and is given up after 50 ms and a grace of 100. */
function lateCharge(ms: number, options: Parameters<Shop['step']>[1] = {}, next?: Behaviour) {
  const shop = new Shop();
  const told: LateEffect[] = [];
  const onLateEffect = (_: unknown, effect: LateEffect): void => void told.push(effect);
  const observers = [{ onRecord: () => undefined, onLateEffect }];
  const does = [answersAfter(shop, ms), ...(next ? [next] : [])];
  const charge = shop.step('Charge', { does, timeout: 50, timeoutGrace: 100, ...options });
  const saga = shop.saga({ observers, id: 'o-1' }).step(shop.step('Reserve')).step(charge);
  const errors = () => shop.logger.lines.filter(({ level }) => level === 'error');
  const warnings = () => shop.logger.messages('warn').filter((line) => line.includes('its time'));
  return { shop, saga, told, errors, warnings };
}

const EFFECT = { label: 'Charge', attempt: 1, direction: 'do' };

describe('a late effect (semantics 3b)', () => {
  it('after the undo is an error in the log, and told', async () => {
    const { shop, saga, told, errors } = lateCharge(400);
    await shop.failure(saga);
    expect(shop.times('undo Charge')).toEqual([150]);
    expect(told).toEqual([]);
    await shop.clock.advance(1_000);
    expect(told).toEqual([EFFECT]);
    expect(errors()).toMatchObject([
      {
        message: expect.stringMatching(/^Step 'Charge' took effect after its saga had gone on/),
        fields: { saga: 'PlaceOrder', sagaId: 'o-1', label: 'Charge', attempt: 1 },
      },
    ]);
    expect(JSON.stringify(errors())).not.toContain('tx-1');
  });

  it('while the undo is still at work, too', async () => {
    const { shop, saga, told } = lateCharge(400, { undoes: [neverAnswers, answers()] });
    await shop.failure(saga);
    expect(told).toEqual([EFFECT]);
  });

  it.each<[string, ProbeAnswer, number]>([
    ['after the probe said not-done', 'not-done', 1],
    ['after the probe said done is what it said', 'done', 0],
  ])('%s', async (_, answer, times) => {
    const { shop, saga, told, errors } = lateCharge(400, { probe: () => answer });
    await shop.run(saga).catch(() => undefined);
    await shop.clock.advance(1_000);
    expect(told).toHaveLength(times);
    expect(errors()).toHaveLength(times);
  });

  it('after another attempt has begun', async () => {
    const retry = { retries: 1, delay: 0 };
    const { shop, saga, told } = lateCharge(400, { retry }, answers('tx-2'));
    await shop.run(saga);
    await shop.clock.advance(1_000);
    expect(told).toEqual([EFFECT]);
  });

  it('of a saga that was parked in doubt', async () => {
    const { shop, saga, told } = lateCharge(400, { undoes: null, pivot: true, idempotent: false });
    expect(await shop.failure(saga)).toMatchObject({ parkReason: 'in-doubt' });
    await shop.clock.advance(1_000);
    expect(told).toEqual([EFFECT]);
  });

  it('of an undo whose retries are exhausted', async () => {
    const shop = new Shop();
    const told: unknown[] = [];
    const onLateEffect = (_: unknown, effect: LateEffect): void => void told.push(effect);
    const refund = { undoes: [answersAfter(shop, 400)], compensationTimeout: 50 };
    const saga = shop
      .saga({ observers: [{ onRecord: () => undefined, onLateEffect }] })
      .step(shop.step('Charge', { ...refund, timeoutGrace: 0, compensationRetry: 0 }))
      .step(shop.step('Ship', { does: [declines()] }));
    expect(await shop.failure(saga)).toMatchObject({ parkReason: 'compensation-failed' });
    await shop.clock.advance(1_000);
    expect(told).toEqual([{ ...EFFECT, direction: 'undo' }]);
  });

  it('of an undo that another attempt has made is none, and a warning', async () => {
    const shop = new Shop();
    const undoes = [answersAfter(shop, 400), answers()];
    const charge = shop.step('Charge', { undoes, compensationTimeout: 50, timeoutGrace: 0 });
    await shop.failure(
      shop
        .saga()
        .step(charge)
        .step(shop.step('Ship', { does: [declines()] })),
    );
    await shop.clock.advance(1_000);
    expect(shop.logger.messages('error')).toEqual([]);
    expect(shop.logger.text).toMatch(/The undo of step 'Charge' succeeded after its time/);
  });

  it('within the grace is none: the undo comes after it', async () => {
    const { shop, saga, told, errors, warnings } = lateCharge(120);
    await shop.failure(saga);
    await shop.clock.advance(1_000);
    expect(shop.times('undo Charge')).toEqual([120]);
    expect(told).toEqual([]);
    expect(errors()).toEqual([]);
    expect(warnings()).toEqual(["Step 'Charge' succeeded after its time; it was given up before"]);
  });

  it('that fails in the end is none', async () => {
    const shop = new Shop();
    const { told, errors } = lateCharge(400);
    const does = [answersAfter(shop, 400, () => declines()(undefined as never))];
    const charge = shop.step('Charge', { does, timeout: 50, timeoutGrace: 0 });
    await shop.failure(shop.saga().step(charge));
    await shop.clock.advance(1_000);
    expect(told).toEqual([]);
    expect(errors()).toEqual([]);
    expect(shop.logger.text).toMatch(/A timed-out attempt of 'Charge' ended after its time/);
  });

  it('changes nothing when an observer of it throws, or rejects', async () => {
    for (const onLateEffect of [
      () => {
        throw new Error('no mail server');
      },
      () => Promise.reject(new Error('no mail server')),
    ]) {
      const shop = new Shop();
      const observers = [{ onRecord: () => undefined, onLateEffect: onLateEffect as () => void }];
      const does = [answersAfter(shop, 400)];
      const charge = shop.step('Charge', { does, timeout: 50, timeoutGrace: 0 });
      await shop.failure(shop.saga({ observers }).step(charge));
      await shop.clock.advance(1_000);
      expect(shop.logger.messages('error')).toContain('An observer of sagas threw');
    }
  });
});

describe('probeDelay (semantics 3b)', () => {
  /** A Charge that is given up after 50 ms and takes effect after 400; its probe tells the truth. */
  function doubtful(probeDelay: unknown, options: object = {}, unknown = 0) {
    const shop = new Shop();
    const asked: number[] = [];
    const probe = () => {
      asked.push(shop.clock.monotonic());
      if (asked.length <= unknown) return 'unknown' as const;
      return shop.clock.monotonic() >= 400
        ? { outcome: 'done' as const, result: 'tx-1' }
        : ('not-done' as const);
    };
    const does = [answersAfter(shop, 400)];
    const times = { timeout: 50, timeoutGrace: 0 };
    const charge = { does, ...times, probe, ...(probeDelay !== undefined && { probeDelay }) };
    const saga = shop.saga().step(shop.step('Charge', { ...charge, ...options } as never));
    return { shop, saga, asked };
  }

  it('by default waits for nothing but the grace', async () => {
    const { shop, saga, asked } = doubtful(undefined, { timeoutGrace: 100 });
    await shop.failure(saga);
    expect(asked).toEqual([150]);
  });

  it('waits before the first question, from the end of the attempt', async () => {
    const { shop, saga, asked } = doubtful(500);
    await shop.run(saga);
    expect(asked).toEqual([550]);
    expect(saga.getStepResult('Charge')).toBe('tx-1');
    expect(shop.logger.messages('error')).toEqual([]);
  });

  it('asks again while the probe does not know, in the form of a retry policy', async () => {
    const { shop, saga, asked } = doubtful({ retries: 3, delay: 100, factor: 2 }, {}, 2);
    await shop.run(saga);
    expect(asked).toEqual([150, 350, 750]);
    expect(saga.getStepResult('Charge')).toBe('tx-1');
  });

  it('asks no more often than its policy says: the step then stays unknown', async () => {
    const { shop, saga, asked } = doubtful({ retries: 2, delay: 10, factor: 1 }, {}, 9);
    await shop.failure(saga);
    expect(asked).toEqual([60, 70, 80]);
    expect(shop.undoContext('Charge').outcome).toBe('unknown');
  });

  it('counts a probe that throws as one that does not know', async () => {
    const asked: number[] = [];
    const probe = () => {
      asked.push(shop.clock.monotonic());
      throw new Error('provider is down');
    };
    const { shop, saga } = doubtful({ retries: 1, delay: 300, factor: 1 }, { probe });
    await shop.failure(saga);
    expect(asked).toEqual([350, 650]);
    expect(shop.undoContext('Charge').outcome).toBe('unknown');
  });

  it('begins anew with each doubt', async () => {
    const { shop, saga, asked } = doubtful(
      { retries: 1, delay: 200, factor: 1 },
      {
        does: [neverAnswers],
        retry: { retries: 1, delay: 0 },
      },
      9,
    );
    await shop.failure(saga);
    // Given up at 50, asked twice; the second attempt is given up at 500, and asked after twice.
    expect(asked).toEqual([250, 450, 700, 900]);
  });

  it('is waited for by a cancel, too, which does not wait for a back-off', async () => {
    const retry = { retries: 1, delay: 60_000 };
    const { shop, saga, asked } = doubtful(500, { retry });
    const run = rejectionOf(saga.runAsync());
    await shop.clock.advance(100);
    saga.cancel('changed my mind');
    await shop.clock.advance(1_000);
    expect(asked).toEqual([550]);
    await run;
    expect(shop.undoContext('Charge')).toMatchObject({ outcome: 'done', result: 'tx-1' });
  });

  it.each([
    [-1, /probeDelay must be a number of ms from 0/],
    ['1s', /probeDelay must be a number of ms from 0/],
    [Infinity, /probeDelay must be a number of ms from 0/],
    [{ retries: -1 }, /probeDelay.retries must be a whole number/],
    [{ delay: 10 }, /probeDelay.retries must be a whole number/],
    [{ retries: 1, pause: 10 }, /pause/],
    [{ retries: 1, when: () => true }, /when/],
  ])('refuses %j', (probeDelay, problem) => {
    expect(() => doubtful(probeDelay)).toThrow(problem);
  });
});
