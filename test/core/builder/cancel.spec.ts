import { SagaCancelledError, SagaStateError } from 'nestjs-saga-orchestrator/core';
import {
  answers,
  declines,
  losesItsAnswer,
  neverAnswers,
  stopsOnAbort,
  type Behaviour,
} from '../../support/behaviours.js';
import { settle } from '../../support/manual-clock.js';
import { failureOf, Shop } from '../../support/shop.js';

describe('cancel (semantics 13)', () => {
  it('aborts the signal of the action in flight, waits for it, then undoes everything', async () => {
    const shop = new Shop();
    const saga = shop
      .saga()
      .step(shop.step('Reserve'))
      .step(shop.step('Charge', { does: [stopsOnAbort], retry: 5 }))
      .step(shop.step('Ship'));
    const run = saga.runAsync();
    await settle();
    saga.cancel('changed my mind');
    const error = await failureOf(shop.clock.until(run));
    expect(shop.log).toEqual(['Reserve', 'Charge', 'undo Charge', 'undo Reserve']);
    expect(shop.undoContext('Charge').outcome).toBe('unknown');
    expect(error.cause).toBeInstanceOf(SagaCancelledError);
    expect(error.cause).toMatchObject({ reason: 'changed my mind', by: 'operator' });
    expect(error).toMatchObject({ status: 'compensated', compensated: ['Charge', 'Reserve'] });
  });

  it('lets an action that heeds no signal end, and undoes it with its result', async () => {
    const shop = new Shop();
    let answer: (value: string) => void = () => undefined;
    const charge = shop.step('Charge', { does: [() => new Promise((r) => (answer = r))] });
    const saga = shop.saga().step(charge).step(shop.step('Ship'));
    const run = saga.runAsync();
    await settle();
    saga.cancel();
    await settle();
    expect(shop.log).toEqual(['Charge']);
    answer('tx-1');
    await failureOf(run);
    expect(shop.log).toEqual(['Charge', 'undo Charge']);
    expect(shop.undoContext('Charge')).toMatchObject({ outcome: 'done', result: 'tx-1' });
  });

  it('works from inside an action, too, and during the last step', async () => {
    const shop = new Shop();
    const cancels: Behaviour = () => saga.cancel();
    const saga = shop.saga().step(shop.step('Charge', { does: [cancels] }));
    expect(await shop.failure(saga)).toMatchObject({ status: 'compensated' });
    expect(shop.log).toEqual(['Charge', 'undo Charge']);
  });

  it('ends a back-off at once; no further attempt is made', async () => {
    const shop = new Shop();
    const retry = { retries: 3, delay: 60_000, maxDelay: 60_000 };
    const saga = shop
      .saga()
      .step(shop.step('Reserve'))
      .step(shop.step('Charge', { does: [declines()], retry }));
    const run = saga.runAsync();
    await shop.clock.advance(1_000);
    saga.cancel();
    await failureOf(run);
    expect(shop.log).toEqual(['Reserve', 'Charge', 'undo Reserve']);
    expect(shop.clock.pending).toBe(0);
  });

  it('lets the probe settle a doubt before it compensates', async () => {
    const shop = new Shop();
    const probe = () => 'not-done' as const;
    const saga = shop
      .saga()
      .step(shop.step('Reserve'))
      .step(shop.step('Charge', { does: [stopsOnAbort], probe }));
    const run = saga.runAsync();
    await settle();
    saga.cancel();
    await failureOf(run);
    expect(shop.log).toEqual(['Reserve', 'Charge', 'undo Reserve']);
  });

  it('has no effect past the pivot: the action in flight is not even aborted', async () => {
    const shop = new Shop();
    let answer: () => void = () => undefined;
    const ship = shop.step('Ship', {
      does: [() => new Promise<void>((r) => (answer = r))],
      undoes: null,
    });
    const saga = shop
      .saga()
      .step(shop.step('Charge', { pivot: true }))
      .step(ship);
    const run = saga.runAsync();
    await settle();
    saga.cancel();
    expect(shop.calls[1]?.ctx.signal.aborted).toBe(false);
    answer();
    await run;
    expect(saga.getContext().isSuccess).toBe(true);
    expect(shop.log).toEqual(['Charge', 'Ship']);
  });

  it('never undoes others while a pivot without undo may have taken place: in doubt', async () => {
    const shop = new Shop();
    const pay = shop.step('Pay', { does: [stopsOnAbort], undoes: null, pivot: true, retry: 3 });
    const saga = shop.saga().step(shop.step('Reserve')).step(pay);
    const run = saga.runAsync();
    await settle();
    saga.cancel();
    const error = await failureOf(run);
    expect(error).toMatchObject({ status: 'parked', parkReason: 'in-doubt', failedLabel: 'Pay' });
    expect(error.notCompensated).toEqual(['Reserve', 'Pay']);
    expect(shop.log).toEqual(['Reserve', 'Pay']);
  });

  it('is outlived by an operator who resumes the parked saga', async () => {
    const shop = new Shop();
    const pay = shop.step('Pay', { does: [stopsOnAbort, answers()], undoes: null, pivot: true });
    const saga = shop.saga().step(shop.step('Reserve')).step(pay);
    const run = saga.runAsync();
    await settle();
    saga.cancel();
    await failureOf(run);
    await shop.run(saga, 'Pay');
    expect(shop.log).toEqual(['Reserve', 'Pay', 'Pay']);
  });

  it('cannot stop a compensation: neither its signal nor its back-off', async () => {
    const shop = new Shop();
    let answer: () => void = () => undefined;
    const waits = () => new Promise<void>((resolve) => (answer = resolve));
    const saga = shop
      .saga()
      .step(shop.step('Reserve', { undoes: [declines('busy'), waits] }))
      .step(shop.step('Charge', { does: [declines()] }));
    const run = saga.runAsync();
    await settle();
    saga.cancel();
    await settle();
    expect(shop.times('undo Reserve')).toEqual([0]);
    await shop.clock.advance(100);
    expect(shop.times('undo Reserve')).toEqual([0, 100]);
    saga.cancel();
    expect(shop.calls.at(-1)?.ctx.signal.aborted).toBe(false);
    answer();
    const error = await failureOf(run);
    expect(error).toMatchObject({ status: 'compensated', failedLabel: 'Charge' });
    expect(error.cause).toMatchObject({ message: 'card declined' });
  });

  it('is refused before the saga runs and after it has ended', async () => {
    const shop = new Shop();
    const saga = shop.saga().step(shop.step('Charge'));
    expect(() => saga.cancel()).toThrow(SagaStateError);
    await shop.run(saga);
    expect(() => saga.cancel()).toThrow(SagaStateError);
    expect(saga.getContext().isSuccess).toBe(true);
  });
});

describe('the deadline of a saga (semantics 13)', () => {
  it.each([
    ['ms from now', () => 1_000],
    ['a date', (shop: Shop) => new Date(shop.clock.now() + 1_000)],
  ])('given as %s acts as a cancel', async (_, deadlineOf) => {
    const shop = new Shop();
    const saga = shop
      .saga({ deadline: deadlineOf(shop) })
      .step(shop.step('Reserve'))
      .step(shop.step('Charge', { does: [stopsOnAbort] }));
    const error = await shop.failure(saga);
    expect(error.cause).toMatchObject({ code: 'SAGA_CANCELLED', by: 'deadline' });
    expect(shop.log).toEqual(['Reserve', 'Charge', 'undo Charge', 'undo Reserve']);
    expect(shop.times('undo Charge')).toEqual([1_000]);
  });

  it('undoes what is done, however many retries are left', async () => {
    const shop = new Shop();
    const retry = { retries: 1_000, delay: 400, factor: 1 };
    const saga = shop
      .saga({ deadline: 1_000 })
      .step(shop.step('Reserve'))
      .step(shop.step('Charge', { does: [losesItsAnswer], retry }));
    await shop.failure(saga);
    expect(shop.times('Charge')).toEqual([0, 400, 800]);
    expect(shop.times('undo Charge')).toEqual([1_000]);
  });

  it('does nothing to a saga that has ended before, and leaves no timer', async () => {
    const shop = new Shop();
    const saga = shop.saga({ deadline: 1_000 }).step(shop.step('Charge'));
    await shop.run(saga);
    expect(shop.clock.pending).toBe(0);
    expect(saga.getContext().isSuccess).toBe(true);
  });

  it('waits for the time limit of an action that heeds no signal', async () => {
    const shop = new Shop();
    const charge = shop.step('Charge', { does: [neverAnswers], timeout: 5_000, timeoutGrace: 0 });
    await shop.failure(shop.saga({ deadline: 1_000 }).step(charge));
    expect(shop.times('undo Charge')).toEqual([5_000]);
  });
});
