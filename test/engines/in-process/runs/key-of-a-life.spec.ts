import { declines } from '../../../support/behaviours.js';
import { Cluster, ref } from '../cluster.js';
import { MemoryJournal } from '../../../../lib/journals/memory/index.js';
import { JournaledShop } from '../journaled-shop.js';

const keysOf = (shop: JournaledShop, what = 'Charge'): string[] =>
  shop.calls.filter((call) => call.what === what).map(({ ctx }) => ctx.idempotencyKey);

describe('the idempotency key of one life of an id (semantics 24)', () => {
  it('is another one when the id is used again, after it was forgotten', async () => {
    const shop = new JournaledShop();
    const chain = () => shop.saga({ id: 'o-1' }).step(shop.step('Charge'));
    await shop.run(chain());
    await shop.engine.forget({ name: 'PlaceOrder', id: 'o-1' });
    await shop.run(chain());
    expect(shop.calls).toHaveLength(2);
    expect(new Set(keysOf(shop)).size).toBe(2);
  });

  it('is another one after deleteAfter, too', async () => {
    const cluster = new Cluster();
    const plan = cluster.plan([cluster.step('Charge')]);
    const anna = await cluster.process([plan], { deleteAfter: { completed: 1_000 } });
    await cluster.begun(anna, plan);
    await cluster.clock.advance(180_000);
    expect(await cluster.journal.get(ref)).toBeUndefined();
    await cluster.begun(anna, plan);
    const keys = cluster.calls.map(({ ctx }) => ctx.idempotencyKey);
    expect(keys).toHaveLength(2);
    expect(keys[0]).not.toBe(keys[1]);
  });

  it('is the same one for an undo, after a resume and in another process', async () => {
    const shop = new JournaledShop();
    const chain = () =>
      shop
        .saga({ id: 'o-1' })
        .step(shop.step('Pay', { pivot: true }))
        .step(shop.step('Charge', { does: [declines()], undoes: null }));
    await shop.failure(chain());
    await shop.redeploy();
    shop.engine.register(chain().build());
    const handle = await shop.engine.resume({ name: 'PlaceOrder', id: 'o-1' });
    await shop.clock.until(handle.result().catch(() => undefined));
    expect(keysOf(shop)).toHaveLength(2);
    expect(new Set(keysOf(shop)).size).toBe(1);
  });

  it('names the application: two that share a provider do not run into each other', async () => {
    const journal = new MemoryJournal();
    const keys: string[] = [];
    for (const application of [undefined, 'billing', 'shop']) {
      const options = application === undefined ? {} : { application };
      const shop = new JournaledShop({ journal, ...options });
      await shop.run(shop.saga({ id: 'o-1' }).step(shop.step('Charge')));
      keys.push(...keysOf(shop));
    }
    expect(new Set(keys).size).toBe(3);
  });
});
