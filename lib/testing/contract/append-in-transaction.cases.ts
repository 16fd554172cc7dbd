import { strict as assert } from 'node:assert';
import type { JournalInTransaction } from '../../core/index.js';
import {
  ANNA,
  batchOf,
  BERT,
  claimedIds,
  created,
  entryOf,
  refOf,
  refused,
  rowOf,
  SHORT_LEASE,
  seqsOf,
  storedOf,
  unchanged,
} from './fixtures.js';
import { contractCase, type JournalContractCase } from './harness.js';
import { appended, both, rolledBack, within } from './in-transaction.js';

export const appendInTransactionCases: readonly JournalContractCase[] = [
  contractCase(
    'in a transaction, append is seen by nobody before the commit, and by all after it',
    async (store) => {
      const it = await both(store);
      const other = await store.open();
      const saga = await created(it.journal);
      await it.transactions.run(async (tx) => {
        const inside = within(it, tx);
        await inside.join();
        await inside.append(batchOf(saga, [2, 3], { status: 'compensating' }));
        assert.deepEqual(await seqsOf(other, saga), [1]);
        assert.equal((await rowOf(other, saga)).status, 'running');
      });
      const { row, entries, nextSeq } = await storedOf(other, saga);
      assert.deepEqual([row.status, row.owner, nextSeq], ['compensating', ANNA, 4]);
      assert.deepEqual(
        entries,
        [1, 2, 3].map((seq) => entryOf(seq)),
      );
      await it.journal.append(batchOf(saga, [4], { status: 'compensated' }));
    },
  ),

  contractCase(
    'in a transaction, append that is rolled back never was, and its seqs are free',
    async (store) => {
      const it = await both(store);
      const saga = await created(it.journal);
      await unchanged(it.journal, saga, () =>
        rolledBack(it, async (inside) => {
          await inside.join();
          await inside.append(batchOf(saga, [2, 3], { status: 'compensating' }));
        }),
      );
      await it.journal.append(batchOf(saga, [2]));
      assert.equal(await appended(it, batchOf(saga, [3])), undefined);
      assert.deepEqual(await seqsOf(it.journal, saga), [1, 2, 3]);
    },
  ),

  contractCase(
    'in a transaction, append with another owner, epoch or seq is refused and writes nothing',
    async (store) => {
      const it = await both(store);
      const saga = await created(it.journal);
      await unchanged(it.journal, saga, async () => {
        await refused(appended(it, batchOf(saga, [2], { owner: BERT })), 'SAGA_LEASE_LOST');
        await refused(appended(it, batchOf(saga, [2], { epoch: 2 })), 'SAGA_LEASE_LOST');
        await refused(appended(it, batchOf(saga, [1])), 'SAGA_LEASE_LOST');
        await refused(appended(it, batchOf(saga, [3])), 'SAGA_LEASE_LOST');
        const nobody = { name: saga.name, id: 'nobody' };
        await refused(appended(it, batchOf(nobody, [2])), 'SAGA_LEASE_LOST');
      });
    },
  ),

  contractCase(
    'in a transaction, append by a process that was overtaken is refused and writes nothing',
    async (store) => {
      const it = await both(store);
      const bert = await store.open();
      await it.journal.heartbeat(ANNA, SHORT_LEASE);
      const saga = await created(it.journal);
      await store.pass(SHORT_LEASE + 20);
      assert.deepEqual(await claimedIds(bert, BERT), [saga.id]);
      await unchanged(bert, saga, () =>
        refused(appended(it, batchOf(saga, [2], { status: 'completed' })), 'SAGA_LEASE_LOST'),
      );
    },
  ),

  contractCase(
    'in a transaction, append outside of the one that was joined stores nothing',
    async (store) => {
      const it = await both(store);
      const saga = await created(it.journal);
      let late: JournalInTransaction | undefined;
      await it.transactions.run(async (tx) => {
        late = within(it, tx);
        await late.join();
      });
      await unchanged(it.journal, saga, () =>
        assert.rejects(async () => late?.append(batchOf(saga, [2]))),
      );
    },
  ),

  contractCase('in a transaction, append answers why somebody asked to cancel', async (store) => {
    const it = await both(store);
    const saga = await created(it.journal);
    await it.journal.requestCancel(refOf(saga), 'sold out');
    assert.deepEqual(await appended(it, batchOf(saga, [2])), { reason: 'sold out' });
  }),

  contractCase('in a transaction, append ends take-overs without progress', async (store) => {
    const it = await both(store);
    await it.journal.heartbeat(ANNA, SHORT_LEASE);
    const saga = await created(it.journal);
    await store.pass(SHORT_LEASE + 20);
    await claimedIds(it.journal, BERT);
    assert.equal((await rowOf(it.journal, saga)).recoveries, 1);
    await appended(it, batchOf(saga, [2], { owner: BERT, epoch: 2 }));
    assert.equal((await rowOf(it.journal, saga)).recoveries, 0);
  }),

  contractCase(
    'settle stores its records where those of the transaction never were, and only there',
    async (store) => {
      const it = await both(store);
      const saga = await created(it.journal);
      const instead = (seq: number) => {
        const head = JSON.stringify({ type: 'failed', seq });
        return batchOf(saga, [], { entries: [entryOf(seq, { head }), entryOf(seq + 1)] });
      };
      let inside: JournalInTransaction | undefined;
      await rolledBack(it, async (open) => {
        inside = open;
        await open.join();
        await open.append(batchOf(saga, [2, 3]));
      });
      assert.equal(await inside?.settle(instead(2)), true, 'it was rolled back');
      assert.deepEqual(await seqsOf(it.journal, saga), [1, 2, 3]);
      await it.transactions.run(async (tx) => {
        inside = within(it, tx);
        await inside.join();
        await inside.append(batchOf(saga, [4, 5]));
      });
      await unchanged(it.journal, saga, async () => {
        assert.equal(await inside?.settle(instead(4)), false, 'it was committed');
      });
      const { entries } = await storedOf(it.journal, saga);
      assert.deepEqual(
        entries.map(({ seq, head }) => [seq, head.includes('"failed"')]),
        [
          [1, false],
          [2, true],
          [3, false],
          [4, false],
          [5, false],
        ],
      );
    },
  ),

  contractCase('settle by a process that was overtaken is refused', async (store) => {
    const it = await both(store);
    await it.journal.heartbeat(ANNA, SHORT_LEASE);
    const saga = await created(it.journal);
    let inside: JournalInTransaction | undefined;
    await rolledBack(it, async (open) => void (inside = open));
    await store.pass(SHORT_LEASE + 20);
    await claimedIds(it.journal, BERT);
    await unchanged(it.journal, saga, async () => {
      await refused(Promise.resolve(inside?.settle(batchOf(saga, [2]))), 'SAGA_LEASE_LOST');
    });
    await it.journal.append(batchOf(saga, [2], { owner: BERT, epoch: 2 }));
    await refused(Promise.resolve(inside?.settle(batchOf(saga, [2]))), 'SAGA_LEASE_LOST');
  }),
];
