import { SagaCancelledError, SagaStateError } from 'nestjs-saga-orchestrator/core';
import { answers, declines, neverAnswers, stopsOnAbort } from '../../../support/behaviours.js';
import { settle } from '../../../support/manual-clock.js';
import { failureOf, rejectionOf } from '../../../support/shop.js';
import { gate, heldAppends, heldOrder, JournaledShop } from '../journaled-shop.js';

const ref = { name: 'PlaceOrder', id: 'o-1' };
const cancel = (shop: JournaledShop, reason = 'changed my mind') => shop.engine.cancel(ref, reason);

describe('cancel on a journal (semantics 13)', () => {
  it('aborts the action in flight, then undoes everything', async () => {
    const shop = new JournaledShop();
    const saga = shop
      .saga({ id: 'o-1' })
      .step(shop.step('Reserve'))
      .step(shop.step('Charge', { does: [stopsOnAbort], retry: 5 }));
    const run = saga.runAsync();
    await settle();
    await cancel(shop);
    const error = await failureOf(shop.clock.until(run));
    expect(shop.log).toEqual(['Reserve', 'Charge', 'undo Charge', 'undo Reserve']);
    expect(shop.undoContext('Charge').outcome).toBe('unknown');
    expect(error).toMatchObject({ status: 'compensated', compensated: ['Charge', 'Reserve'] });
    expect(error.cause).toMatchObject({ code: 'SAGA_CANCELLED', message: /changed my mind/ });
    expect(shop.calls[1]?.ctx.signal.reason).toBeInstanceOf(SagaCancelledError);
  });

  it('is durable when it is accepted', async () => {
    const shop = new JournaledShop();
    const { chain, open } = heldOrder(shop);
    const run = chain().runAsync();
    await settle();
    await cancel(shop);
    const stored = await shop.journal.load(ref);
    expect(JSON.parse(stored?.entries.at(-1)?.head ?? '')).toEqual({
      type: 'cancel-requested',
      by: 'operator',
      reason: 'changed my mind',
    });
    open();
    await failureOf(shop.clock.until(run));
  });

  it.each([
    ['cancel', (shop: JournaledShop) => cancel(shop)],
    [
      'terminate',
      (shop: JournaledShop) =>
        shop.engine.manual(ref, { act: 'terminate' }, { by: 'eve', reason: 'it is old' }),
    ],
  ])('is not accepted before that when another write is under way: %s', async (_, act) => {
    const shop = new JournaledShop();
    const { does, open } = gate();
    const saga = shop
      .saga({ id: 'o-1' })
      .step(shop.step('Reserve', { does: [does] }))
      .step(shop.step('Charge'));
    const ended = saga.runAsync().catch((error: unknown) => error);
    await settle();
    const appends = heldAppends(shop.journal);
    open();
    await settle();
    let accepted = false;
    const acted = act(shop).then(() => (accepted = true));
    await appends.next();
    expect(accepted).toBe(false);
    await appends.all();
    await acted;
    await ended;
  });

  it.each([
    ['ends a back-off at once', false],
    ['ends one whose failure is being written at once, too', true],
  ])('%s', async (_, isHeld) => {
    const shop = new JournaledShop();
    const retry = { retries: 3, delay: 60_000, maxDelay: 60_000 };
    const charge = gate();
    const declined = () => charge.does().then(() => Promise.reject(new Error('card declined')));
    const saga = shop
      .saga({ id: 'o-1' })
      .step(shop.step('Reserve'))
      .step(shop.step('Charge', { does: [declined], retry }));
    const failed = failureOf(saga.runAsync());
    await settle();
    const appends = isHeld ? heldAppends(shop.journal) : undefined;
    charge.open();
    await settle();
    const cancelled = cancel(shop);
    await appends?.all();
    await cancelled;
    await failed;
    expect(shop.log).toEqual(['Reserve', 'Charge', 'undo Reserve']);
  });

  it('a second time changes nothing: the first reason stays', async () => {
    const shop = new JournaledShop();
    const { chain, open } = heldOrder(shop);
    const run = chain().runAsync();
    await settle();
    await cancel(shop);
    await cancel(shop, 'another reason');
    open();
    const { cause } = await failureOf(shop.clock.until(run));
    expect(cause).toMatchObject({ message: /changed my mind/ });
    expect(shop.history.filter((record) => record === 'cancel-requested')).toHaveLength(1);
  });

  it('is refused past the pivot, and the saga goes on', async () => {
    const shop = new JournaledShop();
    const { does, open } = gate();
    const saga = shop
      .saga({ id: 'o-1' })
      .step(shop.step('Charge', { pivot: true }))
      .step(shop.step('Ship', { does: [does], undoes: null }));
    const run = saga.runAsync();
    await settle();
    const error = await rejectionOf(cancel(shop));
    expect(error).toBeInstanceOf(SagaStateError);
    expect(error.message).toMatch(/Cannot cancel saga PlaceOrder 'o-1'.*pivot/);
    open();
    await shop.clock.until(run);
    expect(await shop.status('o-1')).toBe('completed');
  });

  it('is refused once it undoes, and does not disturb the undo', async () => {
    const shop = new JournaledShop();
    const release = gate();
    const saga = shop
      .saga({ id: 'o-1' })
      .step(shop.step('Reserve', { undoes: [release.does] }))
      .step(shop.step('Charge', { does: [declines()] }));
    const run = saga.runAsync();
    await settle();
    await expect(cancel(shop)).rejects.toThrow(/compensating/);
    expect(shop.calls.at(-1)?.ctx.signal.aborted).toBe(false);
    release.open();
    expect((await failureOf(shop.clock.until(run))).cause).toMatchObject({
      message: 'card declined',
    });
  });

  it.each(['completed', 'compensated'])('is refused after its end: %s', async (status) => {
    const shop = new JournaledShop();
    const does = [status === 'completed' ? answers() : declines()];
    const saga = shop.saga({ id: 'o-1' }).step(shop.step('Charge', { does }));
    await shop.run(saga).catch(() => undefined);
    shop.engine.register(saga.build());
    await expect(cancel(shop)).rejects.toThrow(status);
    expect(await shop.status('o-1')).toBe(status);
  });

  it('of an id or a name that nobody knows is refused', async () => {
    const shop = new JournaledShop();
    await expect(cancel(shop)).rejects.toMatchObject({ code: 'SAGA_NOT_FOUND' });
    shop.engine.register(shop.saga().step(shop.step('Charge')).build());
    await expect(cancel(shop)).rejects.toMatchObject({ code: 'SAGA_NOT_FOUND' });
  });

  it('needs a reason that is text, and keeps a long one short', async () => {
    const shop = new JournaledShop();
    const { chain, open } = heldOrder(shop);
    const run = chain().runAsync();
    run.catch(() => undefined);
    await settle();
    await expect(cancel(shop, 5n as never)).rejects.toThrow(/reason/);
    await cancel(shop, 'x'.repeat(10_000_000)).catch(() => undefined);
    open();
    await shop.clock.until(run.catch(() => undefined));
    expect(JSON.stringify(await shop.journal.load(ref)).length).toBeLessThan(10_000);
  });

  it('reaches a saga in another process', async () => {
    const shop = new JournaledShop();
    const chain = () =>
      shop.saga({ id: 'o-1' }).step(shop.step('Charge', { does: [stopsOnAbort] }));
    const run = chain().runAsync();
    await settle();
    const other = shop.process();
    other.register(chain().build());
    await shop.clock.until(other.cancel(ref, 'from afar'));
    const { cause } = await failureOf(shop.clock.until(run));
    expect(cause).toMatchObject({ message: /from afar/ });
    expect(shop.log).toEqual(['Charge', 'undo Charge']);
  });
});

describe('the deadline of a saga on a journal (semantics 13)', () => {
  it('acts as a cancel', async () => {
    const shop = new JournaledShop();
    const saga = shop
      .saga({ id: 'o-1', deadline: 1_000 })
      .step(shop.step('Reserve'))
      .step(shop.step('Charge', { does: [stopsOnAbort] }));
    const error = await shop.failure(saga);
    expect(error.cause).toMatchObject({ code: 'SAGA_CANCELLED' });
    expect(shop.times('undo Charge')).toEqual([1_000]);
    expect((await shop.journal.get(ref))?.deadline).toBe(shop.clock.now());
  });

  it('that has passed while nobody ran the saga acts before anything else', async () => {
    const shop = new JournaledShop({ drainMs: 0 });
    const chain = () =>
      shop.saga({ id: 'o-1', deadline: 1_000 }).step(shop.step('Charge', { does: [neverAnswers] }));
    chain()
      .runAsync()
      .catch(() => undefined);
    await settle();
    await shop.redeploy();
    await shop.clock.advance(5_000);
    shop.engine.register(chain().build());
    await shop.engine.recover();
    await shop.clock.advance(60_000);
    expect(await shop.status('o-1')).toBe('compensated');
    expect(shop.log).toEqual(['Charge', 'undo Charge']);
  });

  it.each([-1, NaN, new Date(NaN), 'soon', Infinity])(
    'is refused when it is %p',
    async (deadline) => {
      const shop = new JournaledShop();
      const saga = shop.saga({ deadline: deadline as never }).step(shop.step('Charge'));
      await expect(saga.runAsync()).rejects.toMatchObject({ code: 'SAGA_OPTIONS' });
      expect(shop.log).toEqual([]);
    },
  );
});
