import { strict as assert } from 'node:assert';
import { ANNA, BERT, created, LONG_LEASE, SHORT_LEASE } from './fixtures.js';
import type { JournalContractCase } from './harness.js';
import { infoOf, insightCase, planOf, sameItems, settled } from './insight-fixtures.js';

/** What processes say of themselves, and the plans that they bring along. */
export const insightProcessCases: readonly JournalContractCase[] = [
  insightCase(
    'owners say what they are, and whether they live',
    async (insight, journal, store) => {
      await journal.heartbeat(ANNA, LONG_LEASE, infoOf());
      const [first] = await insight.owners();
      await store.pass(5);
      await journal.heartbeat(ANNA, LONG_LEASE);
      await journal.heartbeat(BERT, SHORT_LEASE, infoOf({ application: 'shop' }));
      await created(journal, { owner: ANNA });
      await created(journal, { owner: 'silent' });
      await settled(journal, 'completed', { owner: ANNA });
      await store.pass(SHORT_LEASE + 5);
      const owners = await insight.owners();
      sameItems(
        owners.map(({ owner, isAlive, sagas, info }) => [owner, isAlive, sagas, info?.host]),
        [
          [ANNA, true, 1, 'shop-1'],
          ['silent', false, 1, undefined],
        ],
      );
      const anna = owners.find(({ owner }) => owner === ANNA);
      assert.deepEqual(anna?.info, infoOf(), 'a heartbeat without info leaves it');
      assert.ok(anna.startedAt !== null && anna.aliveUntil !== null);
      assert.equal(anna.startedAt.getTime(), first?.startedAt?.getTime(), 'the first heartbeat');
      assert.ok(anna.aliveUntil > anna.startedAt);
      const shop = await insight.owners({ application: 'shop' });
      assert.deepEqual(
        shop.map(({ owner, isAlive, sagas }) => [owner, isAlive, sagas]),
        [[BERT, false, 0]],
      );
      await journal.heartbeat(ANNA, LONG_LEASE, infoOf({ draining: true }));
      const draining = (await insight.owners()).find(({ owner }) => owner === ANNA);
      assert.equal(draining?.info?.draining, true);
    },
  ),

  insightCase(
    'plans are kept by fingerprint, with when they were seen',
    async (insight, journal, store) => {
      if (journal.savePlans === undefined) return;
      const first = planOf();
      await journal.savePlans('', [first, planOf({ name: 'PlaceOrder' })]);
      const [before] = await insight.plans({ names: ['TransferMoney'] });
      await store.pass(5);
      const second = planOf({ version: 2, fingerprint: 'f2' });
      await journal.savePlans('', [first, second]);
      await journal.savePlans('shop', [planOf({ onCompensationFailure: 'halt' })]);
      await journal.savePlans('', []);
      const plans = await insight.plans({ names: ['TransferMoney'] });
      assert.deepEqual(
        plans.map(({ plan }) => plan),
        [second, first],
      );
      const again = plans[1];
      assert.ok(again !== undefined && before !== undefined);
      assert.deepEqual([again.name, again.version, again.fingerprint], ['TransferMoney', 1, 'f1']);
      assert.equal(again.firstSeen.getTime(), before.firstSeen.getTime());
      assert.ok(again.lastSeen > before.lastSeen);
      assert.equal((await insight.plans()).length, 3);
      assert.deepEqual(await insight.plans({ names: [] }), []);
      const [shop, ...others] = await insight.plans({ application: 'shop' });
      assert.deepEqual([shop?.plan?.onCompensationFailure, others], ['halt', []]);
    },
  ),

  insightCase('its size is that of its tables, the largest first', async (insight, journal) => {
    await created(journal);
    const size = await insight.size();
    if (size === undefined) return;
    assert.ok(size.bytes > 0, 'a store with a saga takes some of its disk');
    const each = size.tables.map(({ bytes }) => bytes);
    assert.deepEqual(
      each.toSorted((one, other) => other - one),
      each,
    );
    assert.ok(each.reduce((sum, bytes) => sum + bytes, 0) <= size.bytes, 'no table is outside');
  }),
];
