import { strict as assert } from 'node:assert';
import type {
  Journal,
  JournalBatch,
  JournalInTransaction,
  SagaTransactions,
} from '../../core/index.js';
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
  sagaOf,
  SHORT_LEASE,
  seqsOf,
  storedOf,
  unchanged,
} from './fixtures.js';
import { contractCase, type JournalContractCase, type Store } from './harness.js';

const ROLLED_BACK = new Error('rolled back');

interface Both {
  readonly journal: Journal;
  readonly transactions: SagaTransactions;
}

/** The journal of a store and the transactions of an application in it. */
async function both(store: Store): Promise<Both> {
  const journal = await store.open();
  return { journal, transactions: await store.transactions() };
}

function within({ journal, transactions }: Both, tx: unknown): JournalInTransaction {
  const inside = journal.within?.(transactions.use(tx));
  assert.ok(inside !== undefined, 'the journal works inside transactions');
  return inside;
}

/** Works in a transaction, then has it rolled back. */
async function rolledBack(it: Both, work: (inside: JournalInTransaction) => Promise<unknown>) {
  const running = it.transactions.run(async (tx) => {
    await work(within(it, tx));
    throw ROLLED_BACK;
  });
  await assert.rejects(running, (error) => error === ROLLED_BACK);
}

async function appended(it: Both, batch: JournalBatch): Promise<string | undefined> {
  return it.transactions.run(async (tx) => {
    const inside = within(it, tx);
    await inside.join();
    return inside.append(batch);
  });
}

function unowned() {
  const { owner: _, ...saga } = sagaOf();
  return saga;
}

/** What holds of journals that work inside a transaction of the application's. */
export const transactionCases: readonly JournalContractCase[] = [
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
    assert.equal(await appended(it, batchOf(saga, [2])), 'sold out');
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
