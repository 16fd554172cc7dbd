import { strict as assert } from 'node:assert';
import { ANNA, batchOf, BERT, created, LONG_LEASE, NAME, refused, rowOf } from './fixtures.js';
import { contractCase, type JournalContractCase } from './harness.js';

export const forceCases: readonly JournalContractCase[] = [
  contractCase(
    'a claim by force takes a saga from an owner that lives, which is fenced and told',
    async (store) => {
      const [anna, bert] = [await store.open(), await store.open()];
      await anna.heartbeat(ANNA, LONG_LEASE);
      await bert.heartbeat(BERT, LONG_LEASE);
      const saga = await created(anna);
      const other = await created(anna);
      const request = { owner: BERT, names: [NAME], limit: 1, id: saga.id };
      assert.deepEqual(await bert.claim(request), []);
      const [row] = await bert.claim({ ...request, force: true });
      assert.deepEqual([row?.id, row?.owner, row?.epoch], [saga.id, BERT, 2]);
      await refused(anna.append(batchOf(saga, [2])), 'SAGA_LEASE_LOST');
      await anna.append(batchOf(other, [2]));
      const told = await anna.heartbeat(ANNA, LONG_LEASE);
      assert.deepEqual(
        told.map(({ id, owner }) => [id, owner]),
        [[saga.id, BERT]],
      );
      // The new owner is not told of it.
      assert.deepEqual(await bert.heartbeat(BERT, LONG_LEASE), []);
      const batch = { owner: BERT, epoch: 2, status: 'parked' } as const;
      await bert.append(batchOf(saga, [2], batch));
      assert.equal((await anna.heartbeat(ANNA, LONG_LEASE)).length, 1);
      // Once it was claimed at rest, only its new owner is told of it.
      await bert.claim({ ...request, force: true });
      assert.deepEqual(await anna.heartbeat(ANNA, LONG_LEASE), []);
      assert.equal((await rowOf(bert, saga)).epoch, 3);
    },
  ),

  contractCase('a claim by force without need is a claim like any other', async (store) => {
    const journal = await store.open();
    await journal.heartbeat(ANNA, LONG_LEASE);
    const saga = await created(journal, { owner: 'process-that-never-beat' });
    const request = { owner: ANNA, names: [NAME], limit: 1, id: saga.id, force: true };
    assert.equal((await journal.claim(request)).length, 1);
    // A forced claim of one's own saga takes it from nobody.
    assert.equal((await journal.claim(request)).length, 1);
    assert.deepEqual(await journal.heartbeat(ANNA, LONG_LEASE), []);
    assert.deepEqual(await journal.claim({ ...request, names: ['Other'] }), []);
  }),
];
