import { SagaStateError } from 'nestjs-saga-orchestrator/core';
import { answers, declines, losesItsAnswer, returns } from '../../support/behaviours.js';
import { rejectionOf, Shop } from '../../support/shop.js';

/** Reserve, Charge (the pivot), Ship: parked by a failing Ship, which then mends. */
function parkedAtShip(ship = [declines('no courier'), answers()]) {
  const shop = new Shop();
  const saga = shop
    .saga()
    .step(shop.step('Reserve', { does: [returns('r-1')] }))
    .step(shop.step('Charge', { does: [returns('tx-1')], pivot: true }))
    .step(shop.step('Ship', { does: ship, undoes: null }))
    .step(shop.step('Mail', { undoes: null }));
  return { shop, saga };
}

describe('runAsync(resumeFromLabel) (semantics 22)', () => {
  it('throws for an unknown label before anything runs, naming those it knows', async () => {
    const shop = new Shop();
    const saga = shop.saga().step(shop.step('Reserve')).step(shop.step('Charge'));
    const error = await rejectionOf(saga.runAsync('Chrage'));
    expect(error).toBeInstanceOf(SagaStateError);
    expect(error.message).toMatch(/'Chrage'.*'Reserve', 'Charge'/);
    expect(shop.log).toEqual([]);
    await shop.run(saga);
    expect(shop.log).toEqual(['Reserve', 'Charge']);
  });

  it('skips the steps before the label of a saga that never ran', async () => {
    const { shop, saga } = parkedAtShip([answers()]);
    await shop.run(saga, 'Ship');
    expect(shop.log).toEqual(['Ship', 'Mail']);
    expect(saga.getContext().isSuccess).toBe(true);
    expect(saga.getStepResult('Reserve')).toBeUndefined();
  });

  it('runs everything when it resumes from the first step', async () => {
    const { shop, saga } = parkedAtShip([answers()]);
    await shop.run(saga, 'Reserve');
    expect(shop.log).toEqual(['Reserve', 'Charge', 'Ship', 'Mail']);
  });

  it('never undoes a skipped step, and lists it in the exception', async () => {
    const shop = new Shop();
    const saga = shop
      .saga()
      .step(shop.step('Reserve'))
      .step(shop.step('Charge'))
      .step(shop.step('Ship', { does: [declines()] }));
    const error = await shop.failure(saga, 'Charge');
    expect(shop.log).toEqual(['Charge', 'Ship', 'undo Charge']);
    expect(error).toMatchObject({
      status: 'compensated',
      compensated: ['Charge'],
      skipped: ['Reserve'],
    });
  });

  it('sends a parked saga on: what is done is not run again, its results are there', async () => {
    const { shop, saga } = parkedAtShip();
    expect(await shop.failure(saga)).toMatchObject({ status: 'parked', failedLabel: 'Ship' });
    await shop.run(saga, 'Ship');
    expect(shop.log).toEqual(['Reserve', 'Charge', 'Ship', 'Ship', 'Mail']);
    expect(saga.getStepResult('Charge')).toBe('tx-1');
    expect(saga.getContext().isSuccess).toBe(true);
  });

  it('goes on at the open step when the label lies before it', async () => {
    const { shop, saga } = parkedAtShip();
    await shop.failure(saga);
    await shop.run(saga, 'Reserve');
    expect(shop.log).toEqual(['Reserve', 'Charge', 'Ship', 'Ship', 'Mail']);
  });

  it('gives the open step a whole new round of attempts', async () => {
    const shop = new Shop();
    const ship = shop.step('Ship', {
      does: [declines(), declines(), declines(), answers()],
      undoes: null,
      retry: 1,
    });
    const saga = shop
      .saga()
      .step(shop.step('Charge', { pivot: true }))
      .step(ship);
    await shop.failure(saga);
    await shop.run(saga, 'Ship');
    expect(shop.log).toEqual(['Charge', 'Ship', 'Ship', 'Ship', 'Ship']);
    const attempts = shop.calls.filter(({ what }) => what === 'Ship').map(({ ctx }) => ctx.attempt);
    expect(attempts).toEqual([1, 2, 1, 2]);
  });

  it('never repeats blindly what must not be repeated: still in doubt, with the same cause', async () => {
    const shop = new Shop();
    const pay = { does: [losesItsAnswer], undoes: null, pivot: true, idempotent: false };
    const saga = shop.saga().step(shop.step('Reserve')).step(shop.step('Pay', pay));
    const first = await shop.failure(saga);
    const again = await shop.failure(saga, 'Pay');
    expect(shop.log).toEqual(['Reserve', 'Pay']);
    expect(again).toMatchObject({ parkReason: 'in-doubt', failedLabel: 'Pay' });
    expect(again.cause).toBe(first.cause);
    expect(again.cause).toMatchObject({ code: 'SAGA_OUTCOME_UNKNOWN' });
  });

  it('refuses to pass over a step that was started and is not done', async () => {
    const { shop, saga } = parkedAtShip();
    await shop.failure(saga);
    expect((await rejectionOf(saga.runAsync('Mail'))).message).toMatch(/'Ship' was started/);
    expect(shop.log).toEqual(['Reserve', 'Charge', 'Ship']);
  });

  it('refuses a parked saga without a label: it has ended', async () => {
    const { shop, saga } = parkedAtShip();
    await shop.failure(saga);
    expect((await rejectionOf(saga.runAsync())).message).toMatch(/ended as parked/);
  });

  it.each([
    ['compensated', answers()],
    ['parked: compensation-failed', declines('no way')],
  ])('refuses a saga that is %s: undone work is not resurrected', async (_, undo) => {
    const shop = new Shop();
    const saga = shop
      .saga()
      .step(shop.step('Reserve', { undoes: [undo], compensationRetry: 0 }))
      .step(shop.step('Charge', { does: [declines(), answers()] }));
    await shop.failure(saga);
    const error = await rejectionOf(saga.runAsync('Charge'));
    expect(error).toBeInstanceOf(SagaStateError);
    expect(error.message).toMatch(/begun to undo/);
    expect(shop.log).toEqual(['Reserve', 'Charge', 'undo Reserve']);
  });
});
