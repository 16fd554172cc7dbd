import { strict as assert } from 'node:assert';
import {
  ANNA,
  batchOf,
  BERT,
  claimedIds,
  created,
  entryOf,
  refused,
  rowOf,
  SHORT_LEASE,
  seqsOf,
  storedOf,
  unchanged,
} from './fixtures.js';
import { contractCase, type JournalContractCase } from './harness.js';

export const appendCases: readonly JournalContractCase[] = [
  contractCase(
    'append adds every one of its records, and the status they lead to',
    async (store) => {
      const journal = await store.open();
      const saga = await created(journal);
      await journal.append(batchOf(saga, [2, 3]));
      assert.deepEqual(await seqsOf(journal, saga), [1, 2, 3]);
      await journal.append(batchOf(saga, [4, 5, 6], { status: 'compensating' }));
      await journal.append(batchOf(saga, [7], { status: 'compensated' }));
      const { row, entries, nextSeq } = await storedOf(journal, saga);
      assert.equal(nextSeq, 8, 'where the next record belongs');
      assert.deepEqual(
        entries,
        [1, 2, 3, 4, 5, 6, 7].map((seq) => entryOf(seq)),
      );
      assert.equal(row.status, 'compensated');
      assert.equal(row.epoch, 1);
    },
  ),

  contractCase(
    'what was acknowledged can be seen by every other process at once',
    async (store) => {
      const [writer, reader] = [await store.open(), await store.open()];
      const saga = await created(writer);
      assert.deepEqual(await seqsOf(reader, saga), [1]);
      await writer.append(batchOf(saga, [2, 3], { status: 'compensating' }));
      assert.deepEqual(await seqsOf(reader, saga), [1, 2, 3]);
      assert.equal((await rowOf(reader, saga)).status, 'compensating');
    },
  ),

  contractCase('appends handed in one after the other are written in that order', async (store) => {
    const journal = await store.open();
    const sagas = [await created(journal), await created(journal), await created(journal)];
    const seqs = Array.from({ length: 15 }, (_, index) => index + 2);
    await Promise.all(
      seqs.flatMap((seq) => sagas.map((saga) => journal.append(batchOf(saga, [seq])))),
    );
    for (const saga of sagas) assert.deepEqual(await seqsOf(journal, saga), [1, ...seqs]);
  }),

  contractCase('append moves updatedAt, by the clock of the journal', async (store) => {
    const journal = await store.open();
    const saga = await created(journal);
    const before = await rowOf(journal, saga);
    await store.pass(20);
    await journal.append(batchOf(saga, [2]));
    const after = await rowOf(journal, saga);
    assert.ok(after.updatedAt >= before.updatedAt + 20, 'updatedAt moved on');
    assert.equal(after.createdAt, before.createdAt);
  }),

  contractCase('append with a seq that is taken is refused and writes nothing', async (store) => {
    const journal = await store.open();
    const saga = await created(journal);
    await journal.append(batchOf(saga, [2, 3]));
    await unchanged(journal, saga, () =>
      refused(journal.append(batchOf(saga, [3, 4], { status: 'parked' })), 'SAGA_LEASE_LOST'),
    );
  }),

  contractCase(
    'append that would leave a gap in the seqs is refused and writes nothing',
    async (store) => {
      const journal = await store.open();
      const saga = await created(journal);
      await unchanged(journal, saga, async () => {
        await refused(journal.append(batchOf(saga, [3])), 'SAGA_LEASE_LOST');
        await assert.rejects(journal.append(batchOf(saga, [2, 4])), 'a gap inside the batch');
        await assert.rejects(journal.append(batchOf(saga, [2, 2])), 'a seq twice in the batch');
      });
      await journal.append(batchOf(saga, [2]));
    },
  ),

  contractCase('append by another owner is refused and writes nothing', async (store) => {
    const [anna, bert] = [await store.open(), await store.open()];
    const saga = await created(anna);
    await unchanged(anna, saga, () =>
      refused(bert.append(batchOf(saga, [2], { owner: BERT })), 'SAGA_LEASE_LOST'),
    );
  }),

  contractCase('append with another epoch is refused and writes nothing', async (store) => {
    const journal = await store.open();
    const saga = await created(journal);
    await claimedIds(journal, ANNA);
    await unchanged(journal, saga, async () => {
      await refused(journal.append(batchOf(saga, [2], { epoch: 1 })), 'SAGA_LEASE_LOST');
      await refused(journal.append(batchOf(saga, [2], { epoch: 3 })), 'SAGA_LEASE_LOST');
    });
    await journal.append(batchOf(saga, [2], { epoch: 2 }));
  }),

  contractCase('append to a saga that does not exist is refused', async (store) => {
    const journal = await store.open();
    const nobody = { name: 'TransferMoney', id: 'nobody' };
    await refused(journal.append(batchOf(nobody, [1])), 'SAGA_LEASE_LOST');
    await refused(journal.append(batchOf(nobody, [2])), 'SAGA_LEASE_LOST');
    assert.equal(await journal.load(nobody), undefined);
  }),

  contractCase('of two appends of the same seq at once, one is written', async (store) => {
    const [anna, bert] = [await store.open(), await store.open()];
    for (let round = 0; round < 5; round++) {
      const saga = await created(anna);
      const heads = ['{"by":"anna"}', '{"by":"bert"}'];
      const attempts = [anna, bert].map((journal, index) =>
        journal.append(
          batchOf(saga, [], { entries: [entryOf(2, { head: heads[index] ?? '' }), entryOf(3)] }),
        ),
      );
      const outcomes = await Promise.allSettled(attempts);
      const winner = outcomes.findIndex(({ status }) => status === 'fulfilled');
      const loser = attempts[1 - winner];
      assert.ok(winner >= 0 && loser !== undefined, 'one was written');
      await refused(loser, 'SAGA_LEASE_LOST');
      const { entries } = await storedOf(anna, saga);
      assert.deepEqual(
        entries.map(({ seq }) => seq),
        [1, 2, 3],
      );
      assert.equal(entries[1]?.head, heads[winner], 'the records are those of the winner');
    }
  }),

  contractCase('a refused append does not fail the others of its turn', async (store) => {
    const journal = await store.open();
    const sagas = [await created(journal), await created(journal), await created(journal)];
    const outcomes = await Promise.allSettled(
      sagas.map((saga, index) => journal.append(batchOf(saga, [index === 1 ? 9 : 2]))),
    );
    assert.deepEqual(
      outcomes.map(({ status }) => status),
      ['fulfilled', 'rejected', 'fulfilled'],
    );
    for (const [index, saga] of sagas.entries()) {
      assert.deepEqual(await seqsOf(journal, saga), index === 1 ? [1] : [1, 2]);
    }
  }),

  contractCase(
    'a process that lost a saga to another one writes nothing any more',
    async (store) => {
      const [anna, bert] = [await store.open(), await store.open()];
      await anna.heartbeat(ANNA, SHORT_LEASE);
      const saga = await created(anna);
      await store.pass(SHORT_LEASE + 20);
      assert.deepEqual(await claimedIds(bert, BERT), [saga.id]);
      await unchanged(bert, saga, () =>
        refused(anna.append(batchOf(saga, [2], { status: 'completed' })), 'SAGA_LEASE_LOST'),
      );
      await bert.append(batchOf(saga, [2], { owner: BERT, epoch: 2 }));
      // The owner is alive again, and has lost the saga all the same.
      await anna.heartbeat(ANNA, SHORT_LEASE);
      await unchanged(bert, saga, () =>
        refused(anna.append(batchOf(saga, [3])), 'SAGA_LEASE_LOST'),
      );
    },
  ),
];
