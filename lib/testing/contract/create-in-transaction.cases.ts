import { strict as assert } from 'node:assert';
import { ANNA, BERT, claimedIds, created, refOf, rowOf, seqsOf } from './fixtures.js';
import { contractCase, type JournalContractCase } from './harness.js';
import { both, rolledBack, unowned, within } from './in-transaction.js';

export const createInTransactionCases: readonly JournalContractCase[] = [
  contractCase(
    'in a transaction, verify takes one that is open, and stores nothing',
    async (store) => {
      const it = await both(store);
      await it.transactions.run((tx) => within(it, tx).verify());
      assert.deepEqual((await it.journal.list({})).rows, []);
    },
  ),

  contractCase(
    'in a transaction, create is seen by nobody before the commit, and by all after it',
    async (store) => {
      const it = await both(store);
      const other = await store.open();
      const saga = unowned();
      const inside = await it.transactions.run(async (tx) => {
        const open = within(it, tx);
        assert.equal(await open.create(saga), undefined, 'it is new');
        assert.equal(await other.get(refOf(saga)), undefined, 'not seen by another process');
        assert.equal(await it.journal.get(refOf(saga)), undefined, 'nor by this one');
        assert.equal(await open.isOpen(), true);
        return open;
      });
      assert.equal(await inside.isOpen(), false);
      assert.deepEqual(await seqsOf(other, saga), [1]);
      assert.equal((await rowOf(other, saga)).owner, null);
    },
  ),

  contractCase('in a transaction, create that is rolled back never was', async (store) => {
    const it = await both(store);
    const saga = unowned();
    await rolledBack(it, (inside) => inside.create(saga));
    assert.equal(await it.journal.get(refOf(saga)), undefined);
    assert.deepEqual(await claimedIds(it.journal, BERT), []);
  }),

  contractCase(
    'in a transaction, create answers the row of an id that is taken, and the transaction goes on',
    async (store) => {
      const it = await both(store);
      const taken = await created(it.journal);
      const saga = unowned();
      await it.transactions.run(async (tx) => {
        const row = await within(it, tx).create({ ...unowned(), id: taken.id });
        assert.deepEqual([row?.id, row?.owner], [taken.id, ANNA]);
        await within(it, tx).create(saga);
      });
      assert.deepEqual(await seqsOf(it.journal, saga), [1]);
    },
  ),

  contractCase(
    'in a transaction, what is created is claimed by the first who comes, and that is no recovery',
    async (store) => {
      const it = await both(store);
      const saga = unowned();
      await it.transactions.run((tx) => within(it, tx).create(saga));
      assert.deepEqual(await claimedIds(it.journal, BERT), [saga.id]);
      const { owner, recoveries } = await rowOf(it.journal, saga);
      assert.deepEqual([owner, recoveries], [BERT, 0]);
    },
  ),
];
