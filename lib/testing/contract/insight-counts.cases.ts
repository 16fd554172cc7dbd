import { strict as assert } from 'node:assert';
import type { HistogramQuery } from '../../core/index.js';
import { ANNA, batchOf, BERT, created, held, LONG_LEASE, rowOf } from './fixtures.js';
import type { JournalContractCase } from './harness.js';
import { inAnHour, insightCase, LONG_AGO, sameItems, settled } from './insight-fixtures.js';

const STATUSES = ['running', 'compensating', 'completed', 'compensated', 'parked'] as const;
const NONE = { running: 0, compensating: 0, completed: 0, compensated: 0, parked: 0 };
const DOUBT = { reason: 'in-doubt', label: 'Charge' } as const;

/** What counts sagas: over all of them, or over those of a time. */
export const insightCountCases: readonly JournalContractCase[] = [
  insightCase('counts tell names, statuses and park reasons', async (insight, journal) => {
    for (const status of STATUSES) await settled(journal, status, { name: 'PlaceOrder' });
    await settled(journal, 'completed', { name: 'PlaceOrder' });
    await settled(journal, 'parked', {}, DOUBT);
    await settled(journal, 'parked', {}, DOUBT);
    await settled(journal, 'completed', { application: 'shop' });
    const of = (name: string, status: (typeof STATUSES)[number], sagas: number) => {
      return { name, status, parkReason: null, sagas };
    };
    const orders = STATUSES.map((status) =>
      of('PlaceOrder', status, status === 'completed' ? 2 : 1),
    );
    const doubt = { ...of('TransferMoney', 'parked', 2), parkReason: 'in-doubt' as const };
    sameItems(await insight.counts(), [...orders, doubt]);
    sameItems(await insight.counts({ names: ['PlaceOrder', 'Nothing'] }), orders);
    sameItems(await insight.counts({ names: [] }), []);
    sameItems(await insight.counts({ status: 'parked' }), [of('PlaceOrder', 'parked', 1), doubt]);
    const two = { status: ['running', 'compensated'], names: ['PlaceOrder'] } as const;
    sameItems(await insight.counts(two), [
      of('PlaceOrder', 'running', 1),
      of('PlaceOrder', 'compensated', 1),
    ]);
    sameItems(await insight.counts({ status: [] }), []);
    sameItems(await insight.counts({ application: 'shop' }), [of('TransferMoney', 'completed', 1)]);
  }),

  insightCase('counts of a time leave out both of its ends', async (insight, journal, store) => {
    const times: Date[] = [];
    for (const status of STATUSES) {
      const saga = await settled(journal, status);
      times.push(new Date((await rowOf(journal, saga)).createdAt));
      await store.pass(5);
    }
    const [, second, third, fourth] = times as [Date, Date, Date, Date];
    const statuses = async (query: object): Promise<readonly string[]> =>
      (await insight.counts(query)).map(({ status }) => status);
    sameItems(await statuses({ createdAfter: second }), ['completed', 'compensated', 'parked']);
    sameItems(await statuses({ createdBefore: third }), ['running', 'compensating']);
    sameItems(await statuses({ createdAfter: second, createdBefore: fourth }), ['completed']);
  }),

  insightCase(
    'a histogram tells when they were created, by status',
    async (insight, journal, store) => {
      const first = await settled(journal, 'completed');
      await settled(journal, 'running');
      await settled(journal, 'completed', { name: 'PlaceOrder' });
      const last = await settled(journal, 'completed', { application: 'shop' });
      await store.pass(60);
      const later = await settled(journal, 'parked');
      const from = new Date((await rowOf(journal, first)).createdAt);
      const at = (await rowOf(journal, later)).createdAt;
      const to = new Date(at + 1);
      const total = async (query: HistogramQuery): Promise<readonly object[]> =>
        (await insight.histogram(query)).buckets;
      assert.deepEqual(await total({ from, to, buckets: 1 }), [
        { ...NONE, running: 1, completed: 2, parked: 1 },
      ]);
      const early = new Date((await rowOf(journal, last)).createdAt + 1);
      assert.deepEqual(await total({ from, to: early, buckets: 1 }), [
        { ...NONE, running: 1, completed: 2 },
      ]);
      assert.deepEqual(await total({ from: new Date(at), to, buckets: 1 }), [
        { ...NONE, parked: 1 },
      ]);
      assert.deepEqual(await total({ from, to: new Date(at), buckets: 1 }), [
        { ...NONE, running: 1, completed: 2 },
      ]);
      const names = ['TransferMoney'];
      assert.deepEqual(await total({ from, to: early, buckets: 1, names }), [
        { ...NONE, running: 1, completed: 1 },
      ]);
      const parts = await insight.histogram({
        from,
        to: new Date(2 * at - from.getTime()),
        buckets: 2,
      });
      assert.equal(parts.bucketMs, at - from.getTime());
      assert.equal(parts.from.getTime(), from.getTime());
      assert.deepEqual(parts.buckets, [
        { ...NONE, running: 1, completed: 2 },
        { ...NONE, parked: 1 },
      ]);
      const empty = await total({ from: LONG_AGO, to: from, buckets: 3 });
      assert.deepEqual(empty, [NONE, NONE, NONE]);
    },
  ),

  insightCase(
    'durations tell how long the newest took that ended',
    async (insight, journal, store) => {
      const took = async (ms: number, status: 'completed' | 'compensated'): Promise<number> => {
        const saga = await created(journal);
        await store.pass(ms);
        await journal.append(batchOf(saga, [2], { status }));
        const { createdAt, updatedAt } = await rowOf(journal, saga);
        return updatedAt - createdAt;
      };
      // As long as they really took: a database's clock runs on meanwhile.
      const times: number[] = [];
      for (const ms of [40, 5, 15]) times.push(await took(ms, 'completed'));
      times.push(await took(0, 'compensated'));
      await settled(journal, 'parked');
      await settled(journal, 'running');
      const ranked = times.toSorted((one, other) => one - other);
      const [all, ...others] = await insight.durations({ names: ['TransferMoney', 'Nothing'] });
      assert.deepEqual(others, []);
      assert.equal(all?.name, 'TransferMoney');
      assert.equal(all.sagas, 4);
      const most = ranked[3];
      assert.deepEqual([all.p50, all.p95, all.p99, all.max], [ranked[1], most, most, most]);
      const [newest] = await insight.durations({ sample: 2 });
      assert.equal(newest?.sagas, 2);
      assert.equal(newest.max, Math.max(...times.slice(2)));
      assert.deepEqual(await insight.durations({ names: [] }), []);
      assert.deepEqual(await insight.durations({ application: 'shop' }), []);
      assert.deepEqual(await insight.durations({ createdAfter: await inAnHour(insight) }), []);
    },
  ),

  insightCase('unfinished tells what waits for a process', async (insight, journal, store) => {
    const gone = await created(journal, { owner: 'gone' });
    await store.pass(5);
    await created(journal, { owner: 'gone' });
    await created(journal, { owner: ANNA });
    await created(journal, { owner: ANNA, version: 2, fingerprint: 'f2' });
    const released = await created(journal, { owner: ANNA, name: 'PlaceOrder' });
    await journal.release(held(released));
    const asleep = await created(journal, { owner: ANNA, name: 'PlaceOrder' });
    await journal.append(batchOf(asleep, [2], { sleep: { until: null } }));
    await settled(journal, 'completed');
    await settled(journal, 'parked');
    await created(journal, { application: 'shop' });
    await journal.heartbeat(ANNA, LONG_LEASE);
    const oldest = new Date((await rowOf(journal, gone)).createdAt);
    const orders = {
      ...{ name: 'PlaceOrder', version: 1, fingerprint: 'f1', sagas: 2, unowned: 1, asleep: 1 },
      oldestUnowned: new Date((await rowOf(journal, released)).createdAt),
    };
    const ofTransfer = { name: 'TransferMoney', asleep: 0 };
    sameItems(await insight.unfinished(), [
      { ...ofTransfer, version: 1, fingerprint: 'f1', sagas: 3, unowned: 2, oldestUnowned: oldest },
      { ...ofTransfer, version: 2, fingerprint: 'f2', sagas: 1, unowned: 0, oldestUnowned: null },
      orders,
    ]);
    sameItems(await insight.unfinished({ names: ['PlaceOrder'] }), [orders]);
    sameItems(await insight.unfinished({ names: [] }), []);
    await journal.heartbeat(BERT, LONG_LEASE);
    const [shop, ...others] = await insight.unfinished({ application: 'shop' });
    assert.deepEqual([shop?.sagas, shop?.unowned, others], [1, 0, []]);
  }),
];
