import { randomBytes } from 'node:crypto';
import {
  jsonCodec,
  SagaConflictError,
  SagaOrchestratorBuilder,
  type PayloadCodec,
} from 'nestjs-saga-orchestrator/core';
import { MemoryJournal } from '../../../../lib/journals/memory/index.js';
import { answers, declines } from '../../../support/behaviours.js';
import { settle } from '../../../support/manual-clock.js';
import { failureOf, order, rejectionOf } from '../../../support/shop.js';
import { gate, heldOrder, JournaledShop } from '../journaled-shop.js';

describe('a start with an id that is known (semantics 21)', () => {
  it('waits for the saga while it runs, and yields its result', async () => {
    const shop = new JournaledShop();
    const { chain, open } = heldOrder(shop);
    const first = chain();
    const second = chain();
    const runs = [first.runAsync(), second.runAsync()];
    await settle();
    open('tx-1');
    await shop.clock.until(Promise.all(runs));
    expect(shop.log).toEqual(['Charge']);
    expect(first.getStepResult('Charge')).toBe('tx-1');
    expect(second.getStepResult('Charge')).toBe('tx-1');
    expect(second.getContext().isSuccess).toBe(true);
  });

  it('finds it after its end: the recorded result, and nothing runs again', async () => {
    const shop = new JournaledShop();
    const chain = () =>
      shop.saga({ id: 'o-1' }).step(shop.step('Charge', { does: [answers({ tx: 1n })] }));
    await shop.run(chain());
    await shop.redeploy();
    const again = chain();
    await shop.run(again);
    expect(shop.log).toEqual(['Charge']);
    expect(again.getStepResult('Charge')).toEqual({ tx: 1n });
  });

  it('finds it after its failure: the same exception, and nothing is undone again', async () => {
    const shop = new JournaledShop();
    const chain = () =>
      shop
        .saga({ id: 'o-1' })
        .step(shop.step('Reserve'))
        .step(shop.step('Charge', { does: [declines()] }));
    const first = await shop.failure(chain());
    const again = await shop.failure(chain());
    expect(again.toJSON()).toEqual(first.toJSON());
    expect(again.cause).toMatchObject({ message: 'card declined', code: 'DECLINED' });
    expect(shop.log).toEqual(['Reserve', 'Charge', 'undo Reserve']);
  });

  it('shows its id once it is accepted, though its run is in another process', async () => {
    const shop = new JournaledShop();
    const { chain, open } = heldOrder(shop);
    const first = chain(shop.process()).runAsync();
    await settle();
    const saga = chain();
    await shop.clock.until(saga.start());
    expect(JSON.parse(JSON.stringify(saga))).toMatchObject({ sagaId: 'o-1', isSuccess: false });
    open();
    await shop.clock.until(first);
  });

  it('tells who waits for it when it was deleted in the meantime', async () => {
    const shop = new JournaledShop();
    const { chain, open } = heldOrder(shop);
    const first = chain(shop.process()).runAsync();
    await shop.clock.advance(10);
    const follower = rejectionOf(chain().runAsync());
    await shop.clock.advance(10);
    open();
    await first;
    await shop.engine.forget({ name: 'PlaceOrder', id: 'o-1' });
    await shop.clock.advance(1_000);
    expect(await follower).toMatchObject({ code: 'SAGA_NOT_FOUND' });
  });

  it('executes it once, however many start it at the same time', async () => {
    const shop = new JournaledShop();
    const chain = () => shop.saga({ id: 'o-1' }).step(shop.step('Charge', { does: [answers(7)] }));
    const sagas = Array.from({ length: 20 }, chain);
    await shop.clock.until(Promise.all(sagas.map((saga) => saga.runAsync())));
    expect(shop.log).toEqual(['Charge']);
    expect(sagas.map((saga) => saga.getStepResult('Charge'))).toEqual(Array(20).fill(7));
  });

  it('executes it once over two processes, too', async () => {
    const shop = new JournaledShop();
    const { chain, open } = heldOrder(shop);
    const runs = [chain().runAsync(), chain(shop.process()).runAsync()];
    await settle();
    open('tx-1');
    await shop.clock.until(Promise.all(runs));
    expect(shop.log).toEqual(['Charge']);
  });

  it('answers two that come at the same time to a saga that has ended', async () => {
    const shop = new JournaledShop();
    const chain = () => shop.saga({ id: 'o-1' }).step(shop.step('Charge', { does: [answers(7)] }));
    await shop.run(chain());
    await shop.redeploy();
    const sagas = [chain(), chain(), chain()];
    await shop.clock.until(Promise.all(sagas.map((saga) => saga.runAsync())));
    expect(sagas.map((saga) => saga.getStepResult('Charge'))).toEqual([7, 7, 7]);
    expect(shop.log).toEqual(['Charge']);
  });

  it.each(['while it runs', 'after its end'])('is refused for another input: %s', async (when) => {
    const shop = new JournaledShop();
    const { does, open } = gate();
    const chain = (data = order()) =>
      shop.saga({ id: 'o-1' }, data).step(shop.step('Charge', { does: [does] }));
    const run = chain().runAsync();
    await settle();
    if (when === 'after its end') open();
    await settle();
    const error = await rejectionOf(chain({ ...order(), quantity: 3 }).runAsync());
    expect(error).toBeInstanceOf(SagaConflictError);
    expect(error.message).toMatch(/^A saga PlaceOrder with the id 'o-1' .* another input;/);
    open();
    await shop.clock.until(run);
    expect(shop.log).toEqual(['Charge']);
  });

  it('takes the same data in another order for the same input', async () => {
    const shop = new JournaledShop();
    const chain = (data: object) =>
      shop.saga({ id: 'o-1' }, data as never).step(shop.step('Charge'));
    await shop.run(chain({ productId: 'tea', quantity: 2 }));
    await shop.run(chain({ quantity: 2, productId: 'tea' }));
    expect(shop.log).toEqual(['Charge']);
  });

  it('compares inputs as data: a codec that salts its text makes no conflict', async () => {
    const salted: PayloadCodec = {
      encode: (value) => randomBytes(8).toString('hex') + jsonCodec.encode(value),
      decode: (text) => jsonCodec.decode(text.slice(16)),
    };
    const shop = new JournaledShop({ codec: salted });
    const chain = () => shop.saga({ id: 'o-1' }).step(shop.step('Charge'));
    await shop.run(chain());
    await shop.run(chain());
    expect(shop.log).toEqual(['Charge']);
  });

  it.each(['while it runs', 'after its end'])('is refused for another plan: %s', async (when) => {
    const shop = new JournaledShop();
    const { chain, open } = heldOrder(shop);
    const run = chain().runAsync();
    await settle();
    if (when === 'after its end') open();
    await settle();
    const other = shop.saga({ id: 'o-1' }).step(shop.step('Ship'));
    await expect(other.runAsync()).rejects.toThrow(/another definition/);
    open();
    await shop.clock.until(run);
    expect(shop.log).toEqual(['Charge']);
  });

  it('is another saga under another name', async () => {
    const shop = new JournaledShop();
    await shop.run(shop.saga({ id: 'o-1' }).step(shop.step('Charge')));
    const other = new SagaOrchestratorBuilder('ReturnOrder', order(), shop.logger, {
      id: 'o-1',
      host: shop.engine,
    });
    await shop.run(other.step(shop.step('Refund')));
    expect(shop.log).toEqual(['Charge', 'Refund']);
  });
});

describe('start() on a journal', () => {
  it('returns when the start is durable, before the saga has ended', async () => {
    const shop = new JournaledShop();
    const { does, open } = gate();
    const saga = shop
      .saga({ id: 'o-1', key: 'user-1' })
      .step(shop.step('Charge', { does: [does] }));
    const handle = await saga.start();
    expect(handle.id).toBe('o-1');
    const row = await shop.journal.get({ name: 'PlaceOrder', id: 'o-1' });
    expect(row).toMatchObject({ status: 'running', key: 'user-1' });
    open('tx-1');
    const view = await shop.clock.until(handle.result());
    expect(view.getStepResult('Charge')).toBe('tx-1');
  });

  it('makes the intent durable before the action runs (semantics 25)', async () => {
    const shop = new JournaledShop();
    const intents: unknown[] = [];
    const looks = async () => {
      const stored = await shop.journal.load({ name: 'PlaceOrder', id: 'o-1' });
      intents.push(JSON.parse(stored?.entries.at(-1)?.head ?? ''));
    };
    const saga = shop
      .saga({ id: 'o-1' })
      .step(shop.step('Reserve', { does: [looks] }))
      .step(shop.step('Charge', { does: [looks] }));
    await shop.run(saga);
    expect(intents).toMatchObject([
      { type: 'started', label: 'Reserve', attempt: 1 },
      { type: 'started', label: 'Charge', attempt: 1 },
    ]);
  });

  it('gives an id of its own to a saga without one', async () => {
    const shop = new JournaledShop();
    const handles = await Promise.all(
      [1, 2].map(() => shop.saga().step(shop.step('Charge')).start()),
    );
    expect(handles.map(({ id }) => id)).toEqual(['saga-1', 'saga-2']);
  });

  it('tells a failure by the handle alone', async () => {
    const shop = new JournaledShop();
    const handle = await shop
      .saga()
      .step(shop.step('Charge', { does: [declines()] }))
      .start();
    expect(await failureOf(shop.clock.until(handle.result()))).toMatchObject({
      failedLabel: 'Charge',
    });
  });
});

describe('a chain that is run more than once (semantics 15, 23)', () => {
  it('is refused at once; the first run goes on', async () => {
    const shop = new JournaledShop();
    const charge = gate();
    const saga = shop.saga().step(shop.step('Charge', { does: [charge.does] }));
    const first = saga.runAsync();
    expect(await rejectionOf(saga.runAsync())).toMatchObject({ code: 'SAGA_STATE' });
    expect(await rejectionOf(saga.runAsync('Charge'))).toMatchObject({ code: 'SAGA_STATE' });
    charge.open();
    await shop.clock.until(first);
    expect(shop.log).toEqual(['Charge']);
  });

  it('is one saga, also without an id of the caller: nothing runs again', async () => {
    const shop = new JournaledShop();
    const saga = shop.saga().step(shop.step('Charge', { does: [answers(7)] }));
    const { id } = await saga.start();
    await shop.run(saga);
    await shop.run(saga);
    expect((await saga.start()).id).toBe(id);
    expect((await shop.engine.list({})).sagas).toHaveLength(1);
    expect(shop.log).toEqual(['Charge']);
  });

  it('is never resurrected: what was undone stays undone', async () => {
    const shop = new JournaledShop();
    const saga = shop
      .saga()
      .step(shop.step('Reserve'))
      .step(shop.step('Charge', { does: [declines(), answers()] }));
    await shop.failure(saga);
    expect(await rejectionOf(shop.run(saga, 'Charge'))).toMatchObject({ code: 'SAGA_STATE' });
    await shop.failure(saga);
    expect(shop.log).toEqual(['Reserve', 'Charge', 'undo Reserve']);
  });

  it('is one saga, also when its first start failed', async () => {
    const journal = new MemoryJournal();
    const create = journal.create.bind(journal);
    jest.spyOn(journal, 'create').mockImplementationOnce(async (saga) => {
      await create(saga);
      throw new Error('the answer was lost');
    });
    const shop = new JournaledShop({ journal });
    const saga = shop.saga().step(shop.step('Charge'));
    expect(await rejectionOf(saga.start())).toMatchObject({ code: 'SAGA_JOURNAL' });
    await saga.start();
    expect((await shop.engine.list({})).sagas).toHaveLength(1);
  });
});
