import { SagaInterruptedError } from 'nestjs-saga-orchestrator/core';
import { declines, neverAnswers, stopsOnAbort } from '../../support/behaviours.js';
import { settle } from '../../support/manual-clock.js';
import { rejectionOf } from '../../support/shop.js';
import { gate, heldOrder, JournaledShop } from './journaled-shop.js';

const ref = { name: 'PlaceOrder', id: 'o-1' };

/** The types of what the journal holds of the order. */
async function records(shop: JournaledShop): Promise<string[]> {
  const stored = await shop.journal.load(ref);
  return (stored?.entries ?? []).map(({ head }) => (JSON.parse(head) as { type: string }).type);
}

describe('shutdown (semantics 29)', () => {
  it('lets the current step finish and records it, then stops at the boundary', async () => {
    const shop = new JournaledShop();
    const charge = gate();
    const saga = shop
      .saga({ id: 'o-1' })
      .step(shop.step('Charge', { does: [charge.does] }))
      .step(shop.step('Ship'));
    const run = saga.runAsync();
    await settle();
    const closed = shop.engine.close();
    await shop.clock.advance(9_000);
    expect(shop.calls[0]?.ctx.signal.aborted).toBe(false);
    charge.open('tx-1');
    const error = await rejectionOf(run);
    expect(error).toBeInstanceOf(SagaInterruptedError);
    expect(error).toMatchObject({ sagaName: 'PlaceOrder', sagaId: 'o-1' });
    await closed;
    expect(shop.log).toEqual(['Charge']);
    expect(await records(shop)).toEqual(['started', 'done']);
  });

  it('releases the saga at once: nobody owns it', async () => {
    const shop = new JournaledShop();
    const charge = gate();
    const saga = shop.saga({ id: 'o-1' }).step(shop.step('Charge', { does: [charge.does] }));
    const run = saga.step(shop.step('Ship')).runAsync();
    run.catch(() => undefined);
    await settle();
    const closed = shop.engine.close();
    await settle();
    charge.open();
    await shop.clock.until(closed);
    expect(await shop.journal.get(ref)).toMatchObject({ owner: null, status: 'running' });
  });

  it('lets a saga whose last step is under way complete', async () => {
    const shop = new JournaledShop();
    const charge = gate();
    const run = shop
      .saga({ id: 'o-1' })
      .step(shop.step('Charge', { does: [charge.does] }))
      .runAsync();
    await settle();
    const closed = shop.engine.close();
    charge.open('tx-1');
    await shop.clock.until(Promise.all([run, closed]));
    expect((await shop.journal.get(ref))?.status).toBe('completed');
  });

  it.each([
    ['by default after 10 s', {}, 10_000],
    ['after the time that was set', { drainMs: 500 }, 500],
  ])('aborts what is still in flight %s, without an outcome', async (_, options, ms) => {
    const shop = new JournaledShop(options);
    const saga = shop
      .saga({ id: 'o-1' })
      .step(shop.step('Reserve'))
      .step(shop.step('Charge', { does: [neverAnswers] }));
    const run = saga.runAsync();
    run.catch(() => undefined);
    await settle();
    const closed = shop.engine.close();
    await shop.clock.advance(ms - 1);
    expect(shop.calls[1]?.ctx.signal.aborted).toBe(false);
    await shop.clock.advance(1);
    expect(shop.calls[1]?.ctx.signal.aborted).toBe(true);
    expect(shop.calls[1]?.ctx.signal.reason).toBeInstanceOf(SagaInterruptedError);
    await closed;
    expect(shop.logger.messages('warn')).toEqual([
      `Shutting down after ${ms} ms (drainMs) without the steps of PlaceOrder 'o-1'; they are aborted, and run again in another process`,
    ]);
    expect(await rejectionOf(run)).toBeInstanceOf(SagaInterruptedError);
    expect(await records(shop)).toEqual(['started', 'done', 'started']);
    expect(shop.log).toEqual(['Reserve', 'Charge']);
  });

  it('takes an action that fails because of that abort for no failure', async () => {
    const shop = new JournaledShop({ drainMs: 0 });
    const saga = shop
      .saga({ id: 'o-1' })
      .step(shop.step('Reserve'))
      .step(shop.step('Charge', { does: [stopsOnAbort] }));
    const run = saga.runAsync();
    run.catch(() => undefined);
    await settle();
    await shop.clock.until(shop.engine.close());
    expect(await records(shop)).toEqual(['started', 'done', 'started']);
    expect(shop.log).toEqual(['Reserve', 'Charge']);
  });

  it('stops between two undos, and undoes the rest in the next process', async () => {
    const shop = new JournaledShop();
    const release = gate();
    const chain = () =>
      shop
        .saga({ id: 'o-1' })
        .step(shop.step('Create'))
        .step(shop.step('Reserve', { undoes: [release.does] }))
        .step(shop.step('Charge', { does: [declines()] }));
    const run = chain().runAsync();
    run.catch(() => undefined);
    await settle();
    const closed = shop.engine.close();
    release.open();
    await shop.clock.until(closed);
    expect(await rejectionOf(run)).toBeInstanceOf(SagaInterruptedError);
    expect(shop.log).toEqual(['Create', 'Reserve', 'Charge', 'undo Reserve']);
    await shop.redeploy();
    shop.engine.register(chain().build());
    await shop.engine.recover();
    await shop.clock.advance(60_000);
    expect(shop.log).toEqual(['Create', 'Reserve', 'Charge', 'undo Reserve', 'undo Create']);
    expect(await shop.status('o-1')).toBe('compensated');
  });

  it('does not wait for a long back-off', async () => {
    const shop = new JournaledShop();
    const retry = { retries: 3, delay: 60_000, maxDelay: 60_000 };
    const saga = shop.saga({ id: 'o-1' }).step(shop.step('Charge', { does: [declines()], retry }));
    const run = saga.runAsync();
    await settle();
    await shop.engine.close();
    expect(await rejectionOf(run)).toBeInstanceOf(SagaInterruptedError);
    expect(shop.clock.monotonic()).toBe(0);
    expect(shop.log).toEqual(['Charge']);
  });

  it('begins no step once it was asked for, however fast the one in flight ends', async () => {
    const shop = new JournaledShop();
    const charge = gate();
    const saga = shop.saga({ id: 'o-1' }).step(shop.step('Charge', { does: [charge.does] }));
    const run = saga.step(shop.step('Ship')).runAsync();
    run.catch(() => undefined);
    await settle();
    const closed = shop.engine.close();
    charge.open();
    await shop.clock.until(closed);
    expect(shop.log).toEqual(['Charge']);
  });

  it('tells those, too, who wait here for a saga in another process', async () => {
    const shop = new JournaledShop();
    const { chain, open } = heldOrder(shop);
    const run = chain(shop.process()).runAsync();
    await shop.clock.advance(10);
    const follower = rejectionOf(chain().runAsync());
    await shop.clock.advance(10);
    await shop.engine.close();
    await shop.clock.advance(1_000);
    expect(await follower).toBeInstanceOf(SagaInterruptedError);
    open();
    await shop.clock.until(run);
  });

  it('refuses to start anything afterwards', async () => {
    const shop = new JournaledShop();
    await shop.run(shop.saga().step(shop.step('Charge')));
    const closed = shop.engine.close();
    const saga = shop.saga().step(shop.step('Charge'));
    expect(await rejectionOf(saga.runAsync())).toBeInstanceOf(SagaInterruptedError);
    await closed;
    expect(await rejectionOf(saga.runAsync())).toBeInstanceOf(SagaInterruptedError);
    expect(shop.log).toEqual(['Charge']);
  });

  it('closes the journal once, however often it is asked to, and leaves no timer', async () => {
    const shop = new JournaledShop();
    const close = jest.spyOn(shop.journal, 'close');
    await shop.run(shop.saga().step(shop.step('Charge')));
    await shop.clock.until(Promise.all([shop.engine.close(), shop.engine.close()]));
    await shop.engine.close();
    expect(close).toHaveBeenCalledTimes(1);
    expect(shop.clock.pending).toBe(0);
  });

  it('of an engine that was never used is nothing', async () => {
    const shop = new JournaledShop();
    await shop.engine.close();
    expect(shop.clock.pending).toBe(0);
  });

  it('of an engine that was never used is final, too', async () => {
    const shop = new JournaledShop();
    const open = jest.spyOn(shop.journal, 'open');
    await shop.engine.close();
    await expect(shop.engine.list({})).rejects.toMatchObject({ code: 'SAGA_JOURNAL' });
    expect(open).not.toHaveBeenCalled();
    expect(shop.clock.pending).toBe(0);
  });

  it('accepts no saga that it does not write, in whatever moment it comes', async () => {
    for (let ticks = 0; ticks < 40; ticks += 1) {
      const shop = new JournaledShop();
      await shop.engine.open();
      const saga = shop.saga({ id: 'o-1' }).step(shop.step('Charge'));
      const accepted = saga.start().then(
        () => true,
        () => false,
      );
      for (let tick = 0; tick < ticks; tick += 1) await Promise.resolve();
      await shop.clock.until(shop.engine.close());
      const stored = (await shop.journal.get(ref)) !== undefined;
      expect({ ticks, lost: (await accepted) && !stored }).toEqual({ ticks, lost: false });
    }
  });

  it('waits for an attempt that is late no longer than for one in time', async () => {
    const shop = new JournaledShop({ drainMs: 500 });
    const late = { does: [neverAnswers], timeout: 50, timeoutGrace: 60_000 };
    const run = shop.saga({ id: 'o-1' }).step(shop.step('Charge', late)).runAsync();
    run.catch(() => undefined);
    await shop.clock.advance(100);
    let closed = false;
    void shop.engine.close().then(() => (closed = true));
    await shop.clock.advance(499);
    expect(closed).toBe(false);
    await shop.clock.advance(1);
    expect(closed).toBe(true);
    expect(await rejectionOf(run)).toBeInstanceOf(SagaInterruptedError);
  });

  it.each(['leave', 'close'] as const)(
    'ends once the journal has answered its %s',
    async (last) => {
      const shop = new JournaledShop();
      await shop.engine.open();
      const answer = gate();
      const call = shop.journal[last].bind(shop.journal) as () => Promise<void>;
      jest.spyOn(shop.journal, last).mockImplementation(async () => {
        await answer.does();
        return call();
      });
      let closed = false;
      const closing = shop.engine.close().then(() => (closed = true));
      await shop.clock.advance(60_000);
      expect(closed).toBe(false);
      answer.open();
      await shop.clock.until(closing);
    },
  );
});
