import { answers, declines } from '../../../support/behaviours.js';
import { settle } from '../../../support/manual-clock.js';
import { order } from '../../../support/shop.js';
import { gate, JournaledShop } from '../journaled-shop.js';

const ref = { name: 'PlaceOrder', id: 'o-1' };

describe('one saga, looked at', () => {
  it('has a timeline of what happened, when, without payloads', async () => {
    const shop = new JournaledShop();
    const saga = shop
      .saga({ id: 'o-1', key: 'user-1', tags: { shop: 'berlin' } })
      .step(shop.step('Reserve', { does: [answers({ secret: 's3cr3t' })] }))
      .step(
        shop.step('Charge', {
          does: [declines('card declined')],
          retry: { retries: 1, delay: 250 },
        }),
      );
    await shop.failure(saga);
    const details = await shop.engine.get(ref);
    expect(details).toMatchObject({
      id: 'o-1',
      name: 'PlaceOrder',
      version: 1,
      status: 'compensated',
      key: 'user-1',
      tags: { shop: 'berlin' },
      recoveries: 0,
      parkReason: undefined,
    });
    const start = details?.timeline[0]?.at ?? 0;
    const shown = details?.timeline.map((event) => [
      event.at - start,
      event.type,
      'label' in event ? event.label : '',
      'attempt' in event ? event.attempt : '',
    ]);
    expect(shown).toEqual([
      [0, 'started', 'Reserve', 1],
      [0, 'done', 'Reserve', 1],
      [0, 'started', 'Charge', 1],
      [0, 'failed', 'Charge', 1],
      [250, 'started', 'Charge', 2],
      [250, 'failed', 'Charge', 2],
      [250, 'compensating', 'Charge', ''],
      [250, 'undo-started', 'Reserve', 1],
      [250, 'undone', 'Reserve', 1],
      [250, 'compensated', '', ''],
    ]);
    expect(details?.timeline[3]).toMatchObject({
      sagaName: 'PlaceOrder',
      sagaId: 'o-1',
      outcome: 'not-done',
      error: { name: 'ResultError', message: 'card declined', code: 'DECLINED' },
    });
    expect(JSON.stringify(details)).not.toMatch(/s3cr3t|"tea"|stack/);
    expect(details?.createdAt).toEqual(new Date(start));
    expect(details?.updatedAt).toEqual(new Date(start + 250));
  });

  it('can be seen while it runs, and says why it was parked', async () => {
    const shop = new JournaledShop();
    const { does, open } = gate();
    const run = shop
      .saga({ id: 'o-1' })
      .step(shop.step('Charge', { pivot: true }))
      .step(shop.step('Ship', { does: [does, declines()], undoes: null, retry: { retries: 0 } }))
      .runAsync();
    run.catch(() => undefined);
    await settle();
    expect(await shop.engine.get(ref)).toMatchObject({ status: 'running' });
    open();
    await shop.clock.until(run);
    const lost = shop
      .saga({ id: 'o-2' })
      .step(shop.step('Charge', { pivot: true }))
      .step(shop.step('Mail', { does: [declines()], undoes: null }));
    await shop.failure(lost);
    expect(await shop.engine.get({ ...ref, id: 'o-2' })).toMatchObject({
      status: 'parked',
      parkReason: 'failed-after-pivot',
    });
  });

  it('is undefined when nobody knows it', async () => {
    const shop = new JournaledShop();
    expect(await shop.engine.get(ref)).toBeUndefined();
  });
});

describe('a list of sagas', () => {
  /** Ten orders of two customers, a second apart; every third one fails. */
  async function shopWithOrders() {
    const shop = new JournaledShop();
    for (let n = 0; n < 10; n += 1) {
      const does = [n % 3 === 0 ? declines() : answers()];
      const options = {
        id: `o-${n}`,
        key: `user-${n % 2}`,
        tags: { shop: n < 5 ? 'bonn' : 'köln' },
      };
      const saga = shop
        .saga(options, { ...order(), quantity: n })
        .step(shop.step('Charge', { does }));
      await shop.run(saga).catch(() => undefined);
      await shop.clock.advance(1_000);
    }
    const ids = async (filter: object) =>
      (await shop.engine.list(filter)).sagas.map(({ id }) => Number(id.slice(2)));
    return { shop, ids };
  }

  it('is newest first', async () => {
    const { ids } = await shopWithOrders();
    expect(await ids({})).toEqual([9, 8, 7, 6, 5, 4, 3, 2, 1, 0]);
  });

  it('can be narrowed by name, status, key, tags and time; all must hold', async () => {
    const { shop, ids } = await shopWithOrders();
    const at = (n: number) => new Date(shop.clock.now() - (10 - n) * 1_000);
    expect(await ids({ name: 'ReturnOrder' })).toEqual([]);
    expect(await ids({ status: 'compensated' })).toEqual([9, 6, 3, 0]);
    expect(await ids({ status: ['compensated', 'parked'], key: 'user-1' })).toEqual([9, 3]);
    expect(await ids({ key: 'user-1', tags: { shop: 'bonn' } })).toEqual([3, 1]);
    expect(await ids({ tags: { shop: 'bonn', city: 'bonn' } })).toEqual([]);
    expect(await ids({ createdAfter: at(6) })).toEqual([9, 8, 7]);
    expect(await ids({ createdBefore: at(2), createdAfter: at(0) })).toEqual([1]);
  });

  it('comes in pages without gaps or repetitions, also while sagas are added', async () => {
    const { shop } = await shopWithOrders();
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const filter = cursor === undefined ? { limit: 4 } : { limit: 4, cursor };
      const page = await shop.engine.list(filter);
      expect(page.sagas.length).toBeLessThanOrEqual(4);
      seen.push(...page.sagas.map(({ id }) => id));
      cursor = page.nextCursor;
      await shop.run(shop.saga().step(shop.step('Charge')));
    } while (cursor !== undefined);
    expect(seen).toEqual([9, 8, 7, 6, 5, 4, 3, 2, 1, 0].map((n) => `o-${n}`));
  });

  it('has no further page when the last one is full exactly', async () => {
    const { shop } = await shopWithOrders();
    expect((await shop.engine.list({ limit: 10 })).nextCursor).toBeUndefined();
    expect((await shop.engine.list({ limit: 9 })).nextCursor).toBeDefined();
  });

  it.each([0, -1, 1.5, NaN, 1_001, '5' as never])('refuses a page of %p', async (limit) => {
    const shop = new JournaledShop();
    await expect(shop.engine.list({ limit })).rejects.toThrow(/limit/);
  });

  it('refuses a cursor that it has not given', async () => {
    const shop = new JournaledShop();
    await expect(shop.engine.list({ cursor: 'next please' })).rejects.toThrow(/cursor/);
  });
});
