import { strict as assert } from 'node:assert';
import {
  batchOf,
  BERT,
  created,
  ended,
  entryOf,
  idsOf,
  refOf,
  refused,
  sagaOf,
  seqsOf,
  storedOf,
  unchanged,
} from './fixtures.js';
import { contractCase, type JournalContractCase } from './harness.js';

export const forgetCases: readonly JournalContractCase[] = [
  contractCase(
    'forget by ref deletes a saga at rest with all that belongs to it',
    async (store) => {
      const journal = await store.open();
      const tags = { tenant: 'north' };
      const saga = await created(journal, {
        status: 'completed',
        tags,
        key: 'k',
        entries: [entryOf(1), entryOf(2)],
      });
      const other = await ended(journal, 'completed');
      assert.equal(await journal.forget({ ref: refOf(saga) }), 1);
      assert.equal(await journal.load(saga), undefined);
      assert.deepEqual(await idsOf(journal, { tags }), []);
      assert.deepEqual(await idsOf(journal, { key: 'k' }), []);
      assert.equal(await journal.forget({ ref: refOf(saga) }), 0);
      assert.deepEqual(await seqsOf(journal, other), [1, 2]);
      // Its id is free again, and nothing of the old one comes back.
      await created(journal, { id: saga.id });
      assert.deepEqual(await seqsOf(journal, saga), [1]);
      assert.deepEqual(await idsOf(journal, { tags }), []);
    },
  ),

  contractCase('a saga that was forgotten takes no record of its last owner', async (store) => {
    const journal = await store.open();
    const saga = await ended(journal, 'completed');
    // A journal may remember whom it has refused.
    await refused(journal.append(batchOf(saga, [9])), 'SAGA_LEASE_LOST');
    await journal.forget({ ref: refOf(saga) });
    await refused(journal.append(batchOf(saga, [3])), 'SAGA_LEASE_LOST');
  }),

  contractCase('a saga that is created while its id is forgotten is there', async (store) => {
    const journal = await store.open();
    for (let turn = 0; turn < 20; turn++) {
      const old = await ended(journal, 'completed');
      const again = sagaOf({ id: old.id, owner: BERT });
      const forgotten = journal.forget(
        turn % 2 === 0 ? { ref: refOf(old) } : { status: 'completed', olderThanMs: 0, limit: 100 },
      );
      for (let wait = 0; wait < turn / 2; wait++) await Promise.resolve();
      const [, taken] = await Promise.all([forgotten, journal.create(again)]);
      if (taken !== undefined) {
        assert.equal(taken.status, 'completed', 'the old saga was shown');
        continue;
      }
      const { row } = await storedOf(journal, again);
      assert.equal(row.owner, BERT);
      await journal.append(batchOf(again, [2], { owner: BERT }));
      assert.deepEqual(await seqsOf(journal, again), [1, 2]);
    }
  }),

  contractCase('forget never deletes a saga that is not at rest', async (store) => {
    const journal = await store.open();
    for (const status of ['running', 'compensating'] as const) {
      const saga = await created(journal, { status });
      await unchanged(journal, saga, async () => {
        assert.equal(await journal.forget({ ref: refOf(saga) }), 0);
        for (const rest of ['completed', 'compensated', 'parked'] as const) {
          assert.equal(await journal.forget({ status: rest, olderThanMs: 0, limit: 100 }), 0);
        }
        // No type allows this, but a caller in JavaScript may write it.
        const unchecked = { status: status as 'completed', olderThanMs: 0, limit: 100 };
        assert.equal(await journal.forget(unchecked), 0);
      });
    }
  }),

  contractCase(
    'forget by age deletes what came to rest long ago, of that status',
    async (store) => {
      const journal = await store.open();
      const old = await ended(journal, 'completed');
      const parked = await ended(journal, 'parked');
      const live = await created(journal);
      assert.equal(
        await journal.forget({ status: 'completed', olderThanMs: 60_000, limit: 100 }),
        0,
      );
      await store.pass(1_000);
      const young = await ended(journal, 'completed');
      assert.equal(
        await journal.forget({ status: 'completed', olderThanMs: 1_000, limit: 100 }),
        1,
      );
      assert.equal(await journal.load(old), undefined);
      for (const kept of [young, parked, live]) await storedOf(journal, kept);
      assert.equal(await journal.forget({ status: 'parked', olderThanMs: 1_000, limit: 100 }), 1);
    },
  ),

  contractCase('forget deletes no more than its limit in one call', async (store) => {
    const journal = await store.open();
    await Promise.all(Array.from({ length: 7 }, () => ended(journal, 'compensated')));
    await store.pass(5);
    const request = { status: 'compensated', olderThanMs: 1, limit: 3 } as const;
    const counts = [];
    for (let call = 0; call < 4; call++) counts.push(await journal.forget(request));
    assert.deepEqual(counts, [3, 3, 1, 0]);
    assert.deepEqual(await idsOf(journal, {}), []);
  }),
];
