import { JournaledShop } from '../../engines/in-process/journaled-shop.js';
import { answers, declines } from '../../support/behaviours.js';
import { Shop } from '../../support/shop.js';

async function ranTwice() {
  const shop = new Shop();
  const step = () =>
    shop.step('Charge', { does: [declines(), answers('tx-1')], retry: { retries: 1, delay: 0 } });
  const ship = shop.step('Ship', { does: [declines()] });
  await shop.failure(shop.saga({ id: 'order-77' }).step(step()).step(ship));
  return shop;
}

describe('what an action sees', () => {
  it('is its saga, its label, its attempt and the logger', async () => {
    const shop = await ranTwice();
    expect(shop.calls.map(({ ctx }) => [ctx.label, ctx.attempt])).toEqual([
      ['Charge', 1],
      ['Charge', 2],
      ['Ship', 1],
      ['Charge', 1],
    ]);
    for (const { ctx } of shop.calls) {
      expect(ctx).toMatchObject({ sagaId: 'order-77', sagaName: 'PlaceOrder', isSuccess: false });
      expect(ctx.logger).toBe(shop.logger);
      expect(ctx.signal).toBe(ctx.signal);
    }
  });

  it('is a signal that is not aborted while nothing is wrong', async () => {
    const shop = await ranTwice();
    expect(shop.calls.map(({ ctx }) => ctx.signal.aborted)).toEqual([false, false, false, false]);
  });
});

describe('ctx.idempotencyKey (semantics 24)', () => {
  it('is the same over attempts, and differs per label and direction', async () => {
    const shop = await ranTwice();
    const [first, second, ship, undo] = shop.calls.map(({ ctx }) => ctx.idempotencyKey);
    expect(first).toBe(second);
    expect(new Set([first, ship, undo]).size).toBe(3);
  });

  it('is the same when one chain goes on, and another in every chain, be the id the same', async () => {
    const shop = new Shop();
    const charge = () => shop.step('Charge', { does: [declines()], undoes: null });
    const chain = (id: string) =>
      shop
        .saga({ id })
        .step(shop.step('Pay', { pivot: true }))
        .step(charge());
    const one = chain('order-77');
    await shop.failure(one);
    await shop.failure(one, 'Charge');
    for (const id of ['order-77', 'order-78']) await shop.failure(chain(id));
    const keys = shop.calls
      .filter(({ what }) => what === 'Charge')
      .map(({ ctx }) => ctx.idempotencyKey);
    expect(keys).toHaveLength(4);
    expect(keys[0]).toBe(keys[1]);
    expect(new Set(keys).size).toBe(3);
  });
});

describe('what is taken out of a context', () => {
  it('works alone: in steps, undos and hooks, and from what a run gives', async () => {
    const shop = new Shop();
    const seen: unknown[] = [];
    const saga = shop
      .saga()
      .step({
        label: 'Reserve',
        action: () => 'seat 7A',
        compensate: ({ getStepResult }) => void seen.push(getStepResult('Reserve')),
      })
      .step({
        label: 'Charge',
        action: ({ getStepResult, idempotencyKey, signal, context }) => {
          seen.push(
            getStepResult('Reserve'),
            typeof idempotencyKey,
            signal.aborted,
            typeof context,
          );
          throw new Error('declined');
        },
        onError: (_, { getStepResult }) => void seen.push(getStepResult('Reserve')),
      });
    const { getStepResult } = saga.getContext();
    expect(getStepResult('Reserve')).toBeUndefined();
    await expect(saga.runAsync()).rejects.toThrow(/declined/);
    expect(seen).toEqual(['seat 7A', 'string', false, 'object', 'seat 7A', 'seat 7A']);
    expect(getStepResult('Reserve')).toBe('seat 7A');
    const { getStepResult: ofChain } = saga;
    expect(ofChain('Reserve')).toBe('seat 7A');
  });

  it('also on a journal', async () => {
    const shop = new JournaledShop();
    const seen: unknown[] = [];
    const saga = shop
      .saga({ id: 'o-1' })
      .step({ label: 'Reserve', action: () => 'seat 7A' })
      .step({
        label: 'Charge',
        action: ({ getStepResult }) => void seen.push(getStepResult('Reserve')),
      });
    await shop.run(saga);
    const { getStepResult } = saga.getContext();
    expect([...seen, getStepResult('Reserve')]).toEqual(['seat 7A', 'seat 7A']);
  });
});
