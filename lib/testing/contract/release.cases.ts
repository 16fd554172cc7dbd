import { strict as assert } from 'node:assert';
import {
  ANNA,
  batchOf,
  BERT,
  claimedIds,
  created,
  held,
  LONG_LEASE,
  NAME,
  refused,
  rowOf,
  unchanged,
} from './fixtures.js';
import { contractCase, type JournalContractCase } from './harness.js';

export const releaseCases: readonly JournalContractCase[] = [
  contractCase(
    'release lets a saga be claimed at once; with another epoch or owner it does nothing',
    async (store) => {
      const journal = await store.open();
      await journal.heartbeat(ANNA, LONG_LEASE);
      const saga = await created(journal);
      await unchanged(journal, saga, async () => {
        await journal.release(held(saga, { epoch: 0 }));
        await journal.release(held(saga, { epoch: 2 }));
        // Another process, whose saga of that id was refused or forgotten.
        await journal.release(held(saga, { owner: BERT }));
        await journal.release(held({ name: NAME, id: 'nobody' }));
      });
      await journal.release(held(saga));
      assert.equal((await rowOf(journal, saga)).owner, null);
      await refused(journal.append(batchOf(saga, [2])), 'SAGA_LEASE_LOST');
      assert.deepEqual(await claimedIds(journal, BERT), [saga.id]);
      await journal.release(held(saga));
      assert.equal((await rowOf(journal, saga)).owner, BERT);
    },
  ),

  contractCase(
    'a take-over counts as a recovery, unless the saga is released gracefully',
    async (store) => {
      const journal = await store.open();
      const saga = await created(journal);
      const recoveries = async (): Promise<number> => (await rowOf(journal, saga)).recoveries;
      await journal.release(held(saga, { graceful: true }));
      assert.equal(await recoveries(), 0);
      await journal.claim({ owner: BERT, names: [NAME], limit: 1 });
      await journal.release(held(saga, { owner: BERT, epoch: 2 }));
      await journal.claim({ owner: BERT, names: [NAME], limit: 1 });
      assert.equal(await recoveries(), 2);
      await journal.release(held(saga, { owner: BERT, epoch: 3, graceful: true }));
      assert.equal(await recoveries(), 1);
    },
  ),

  contractCase(
    'leave lets everything of that process be claimed at once, and nothing else',
    async (store) => {
      const [anna, bert] = [await store.open(), await store.open()];
      await anna.heartbeat(ANNA, LONG_LEASE);
      await bert.heartbeat(BERT, LONG_LEASE);
      const left = await created(anna);
      await created(bert, { owner: BERT });
      await anna.leave(ANNA);
      await anna.leave(ANNA);
      assert.deepEqual(await claimedIds(bert, BERT), [left.id]);
    },
  ),
];
