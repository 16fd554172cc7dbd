import type { ISagaContext, PayloadCodec } from 'nestjs-saga-orchestrator/core';
import { jsonCodec } from 'nestjs-saga-orchestrator/core';
import { answers, declines, type Behaviour } from '../../../support/behaviours.js';
import { order, type OrderContext } from '../../../support/shop.js';
import { JournaledShop } from '../journaled-shop.js';

type Ctx = ISagaContext<OrderContext>;

/** An action that changes the data, then does something. */
const changing =
  (change: (order: OrderContext) => void, then: Behaviour = answers()): Behaviour =>
  (ctx) => {
    change((ctx as Ctx).context);
    return then(ctx);
  };

const quantitySeen = (shop: JournaledShop, what: string) =>
  shop.calls.filter((call) => call.what === what).map(({ ctx }) => ctx.context.quantity);

describe('with a journal each attempt works on a copy of the data (semantics 15)', () => {
  it('drops what a failed attempt has changed', async () => {
    const shop = new JournaledShop();
    const reserve = shop.step('Reserve', {
      does: [changing((data) => (data.quantity += 10), declines()), answers()],
      retry: { retries: 1, delay: 0 },
    });
    const seen: number[] = [];
    const charge = shop.step('Charge', {
      does: [(ctx) => seen.push((ctx as Ctx).context.quantity)],
    });
    await shop.run(shop.saga().step(reserve).step(charge));
    expect(seen).toEqual([2]);
  });

  it('shows each attempt the data as they stood before it', async () => {
    const shop = new JournaledShop();
    const seen: number[] = [];
    const tries = changing((data) => seen.push((data.quantity += 1)), declines());
    const retry = { retries: 2, delay: 0 };
    await shop.failure(shop.saga().step(shop.step('Reserve', { does: [tries], retry })));
    expect(seen).toEqual([3, 3, 3]);
  });

  it('makes the copy of a successful attempt the data of the saga', async () => {
    const shop = new JournaledShop();
    const given = order();
    const create = shop.step('Create', { does: [changing((data) => (data.orderId = 'o-1'))] });
    const saga = shop.saga({}, given).step(create).step(shop.step('Charge'));
    await shop.run(saga);
    expect(shop.calls[1]?.ctx.context.orderId).toBe('o-1');
    expect(saga.getContext().context.orderId).toBe('o-1');
    expect(given).toEqual(order());
  });

  it('takes what is changed after the outcome was recorded for nothing', async () => {
    const shop = new JournaledShop();
    let late: OrderContext | undefined;
    const create = shop.step('Create', { does: [changing((data) => (late = data))] });
    const charge = shop.step('Charge', {
      does: [() => void ((late as OrderContext).quantity = 99)],
    });
    await shop.run(shop.saga().step(create).step(charge).step(shop.step('Ship')));
    expect(quantitySeen(shop, 'Ship')).toEqual([2]);
  });

  it('hears nothing of what the caller changes after the start', async () => {
    const shop = new JournaledShop();
    const given = order();
    const saga = shop.saga({}, given).step(shop.step('Create'));
    const run = saga.runAsync();
    given.quantity = 99;
    await shop.clock.until(run);
    expect(quantitySeen(shop, 'Create')).toEqual([2]);
  });

  it('shows an undo the data with the changes of the steps that are done', async () => {
    const shop = new JournaledShop();
    const create = shop.step('Create', { does: [changing((data) => (data.orderId = 'o-1'))] });
    const charge = shop.step('Charge', {
      does: [changing((data) => (data.orderId = 'spoilt'), declines())],
    });
    await shop.failure(shop.saga().step(create).step(charge));
    expect(shop.undoContext('Create').context.orderId).toBe('o-1');
  });
});

describe('what is seen is what is stored (semantics 16)', () => {
  it('gives a later step a result of its own, not the object that was returned', async () => {
    const shop = new JournaledShop();
    const returned = { tx: 'tx-1', at: new Date(0) };
    const saga = shop
      .saga()
      .step(shop.step('Charge', { does: [answers(returned)] }))
      .step(shop.step('Ship'));
    await shop.run(saga);
    const seen = shop.calls[1]?.ctx.getStepResult('Charge');
    expect(seen).toEqual(returned);
    expect(seen).not.toBe(returned);
  });

  it('stays what is stored, whatever a step does to the result of an earlier one', async () => {
    const shop = new JournaledShop();
    const spoils: Behaviour = (ctx) => {
      (ctx.getStepResult('Charge') as { amount: number }).amount = 0;
    };
    const saga = shop
      .saga()
      .step(shop.step('Charge', { does: [answers({ amount: 5 })] }))
      .step(shop.step('Ship', { does: [spoils] }))
      .step(shop.step('Mail', { does: [declines()] }));
    await shop.failure(saga);
    expect(shop.calls[2]?.ctx.getStepResult('Charge')).toEqual({ amount: 5 });
    expect(shop.undoContext('Charge').result).toEqual({ amount: 5 });
    expect(saga.getStepResult('Charge')).toEqual({ amount: 5 });
  });

  it('passes through the codec that was given, so that payloads can be encrypted', async () => {
    const sealed: PayloadCodec = {
      encode: (value) => Buffer.from(jsonCodec.encode(value)).toString('base64'),
      decode: (text) => jsonCodec.decode(Buffer.from(text, 'base64').toString()),
    };
    const shop = new JournaledShop({ codec: sealed });
    const saga = shop
      .saga({ id: 'o-1' })
      .step(shop.step('Charge', { does: [answers({ card: '4111' })] }))
      .step(shop.step('Ship'));
    await shop.run(saga);
    expect(shop.calls[1]?.ctx.getStepResult('Charge')).toEqual({ card: '4111' });
    const stored = await shop.journal.load({ name: 'PlaceOrder', id: 'o-1' });
    expect(JSON.stringify(stored)).not.toMatch(/4111|tea/);
  });

  it.each([
    ['throws', () => JSON.parse('{')],
    ['gives no text', () => Buffer.from('tea')],
  ])('refuses the start when the codec %s', async (_, encode) => {
    const shop = new JournaledShop({ codec: { ...jsonCodec, encode: encode as never } });
    const saga = shop.saga().step(shop.step('Charge'));
    await expect(saga.runAsync()).rejects.toMatchObject({ code: 'SAGA_SERIALIZATION' });
    expect(shop.log).toEqual([]);
  });
});
