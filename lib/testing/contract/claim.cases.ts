import { strict as assert } from 'node:assert';
import type { SagaStatus } from '../../core/index.js';
import {
  ANNA,
  batchOf,
  BERT,
  claimedIds,
  created,
  ended,
  held,
  LONG_LEASE,
  NAME,
  refOf,
  refused,
  rowOf,
  SHORT_LEASE,
  seqsOf,
  unchanged,
} from './fixtures.js';
import { contractCase, type JournalContractCase } from './harness.js';

export const claimCases: readonly JournalContractCase[] = [
  contractCase('a saga whose owner lives is never claimed', async (store) => {
    const [anna, bert] = [await store.open(), await store.open()];
    await anna.heartbeat(ANNA, LONG_LEASE);
    const saga = await created(anna);
    await store.pass(SHORT_LEASE);
    await unchanged(anna, saga, async () => {
      assert.deepEqual(await claimedIds(bert, BERT), []);
      assert.deepEqual(await claimedIds(bert, BERT, { id: saga.id }), []);
    });
  }),

  contractCase('a saga can be claimed once the lease of its owner ran out', async (store) => {
    const [anna, bert] = [await store.open(), await store.open()];
    await anna.heartbeat(ANNA, SHORT_LEASE);
    const saga = await created(anna);
    await store.pass(SHORT_LEASE + 20);
    assert.deepEqual(await claimedIds(bert, BERT), [saga.id]);
    assert.equal((await rowOf(anna, saga)).owner, BERT);
  }),

  contractCase('a heartbeat gives a process its whole lease again', async (store) => {
    const [anna, bert] = [await store.open(), await store.open()];
    await anna.heartbeat(ANNA, SHORT_LEASE);
    await created(anna);
    await store.pass(SHORT_LEASE + 20);
    await anna.heartbeat(ANNA, LONG_LEASE);
    assert.deepEqual(await claimedIds(bert, BERT), []);
    // The last one counts, also when it is shorter.
    await anna.heartbeat(ANNA, SHORT_LEASE);
    await store.pass(SHORT_LEASE + 20);
    assert.equal((await claimedIds(bert, BERT)).length, 1);
  }),

  contractCase(
    'a saga without owner, or of an owner without heartbeat, can be claimed',
    async (store) => {
      const journal = await store.open();
      await journal.heartbeat(ANNA, LONG_LEASE);
      const released = await created(journal);
      await journal.release(held(released));
      const orphan = await created(journal, { owner: 'process-that-never-beat' });
      await created(journal);
      assert.deepEqual(await claimedIds(journal, BERT), [released.id, orphan.id]);
    },
  ),

  contractCase(
    'a claim raises the epoch and the count of recoveries, and tells the new row',
    async (store) => {
      const [anna, bert] = [await store.open(), await store.open()];
      await anna.heartbeat(BERT, LONG_LEASE);
      const saga = await created(anna);
      const before = await rowOf(anna, saga);
      const [row] = await bert.claim({ owner: BERT, names: [NAME], limit: 10 });
      assert.ok(row !== undefined, 'it was claimed');
      assert.deepEqual([row.owner, row.epoch, row.recoveries], [BERT, 2, 1]);
      assert.deepEqual(
        { ...row, updatedAt: 0 },
        { ...before, owner: BERT, epoch: 2, recoveries: 1, updatedAt: 0 },
      );
      assert.deepEqual(await rowOf(anna, saga), row, 'the store holds what the claimer was told');
    },
  ),

  contractCase('recoveries add up until a record of progress', async (store) => {
    const journal = await store.open();
    const saga = await created(journal);
    for (const expected of [1, 2, 3]) {
      const [row] = await journal.claim({ owner: `process-${expected}`, names: [NAME], limit: 1 });
      assert.deepEqual([row?.recoveries, row?.epoch], [expected, expected + 1]);
    }
    const epoch = 4;
    await journal.append(batchOf(saga, [2], { owner: 'process-3', epoch, progress: false }));
    assert.equal((await rowOf(journal, saga)).recoveries, 3);
    await journal.append(batchOf(saga, [3], { owner: 'process-3', epoch, progress: true }));
    assert.equal((await rowOf(journal, saga)).recoveries, 0);
    const [again] = await journal.claim({ owner: BERT, names: [NAME], limit: 1 });
    assert.deepEqual([again?.recoveries, again?.epoch], [1, 5]);
  }),

  contractCase(
    'two claims at the same time never get the same saga, and together get all',
    async (store) => {
      const handles = [await store.open(), await store.open(), await store.open()];
      const ids = await Promise.all(
        Array.from({ length: 24 }, async () => (await created(handles[0] ?? assert.fail())).id),
      );
      const owners = handles.map((_, index) => `process-${index}`);
      for (const owner of owners) await handles[0]?.heartbeat(owner, LONG_LEASE);
      const got: string[] = [];
      for (let round = 0; round < 30 && got.length < ids.length; round++) {
        const claims = handles.map((journal, index) =>
          claimedIds(journal, owners[index] ?? '', { limit: 3 }),
        );
        const claimed = (await Promise.all(claims)).flat();
        got.push(...claimed);
      }
      assert.deepEqual(got.toSorted(), ids.toSorted());
    },
  ),

  contractCase('a claim takes the oldest first, and no more than its limit', async (store) => {
    const journal = await store.open();
    const ids: string[] = [];
    for (let made = 0; made < 5; made++) ids.push((await created(journal)).id);
    await journal.heartbeat(BERT, LONG_LEASE);
    assert.deepEqual(await claimedIds(journal, BERT, { limit: 2 }), ids.slice(0, 2));
    assert.deepEqual(await claimedIds(journal, BERT, { limit: 2 }), ids.slice(2, 4));
    assert.deepEqual(await claimedIds(journal, BERT, { limit: 2 }), ids.slice(4));
    assert.deepEqual(await claimedIds(journal, BERT, { limit: 2 }), []);
  }),

  contractCase('sagas of other names are left alone', async (store) => {
    const journal = await store.open();
    const other = await created(journal, { name: 'PlaceOrder' });
    const known = await created(journal);
    await unchanged(journal, other, async () => {
      assert.deepEqual(await claimedIds(journal, BERT, { names: [] }), []);
      assert.deepEqual(await claimedIds(journal, BERT, { names: ['Unknown', NAME] }), [known.id]);
      assert.deepEqual(await claimedIds(journal, BERT, { id: other.id }), []);
    });
    assert.deepEqual(await claimedIds(journal, BERT, { names: ['PlaceOrder'] }), [other.id]);
  }),

  contractCase('a saga of a status that is not known is left to a later version', async (store) => {
    const journal = await store.open();
    const status = 'waiting' as SagaStatus;
    const saga = await created(journal, { status, owner: 'process-that-never-beat' });
    await unchanged(journal, saga, async () => {
      assert.deepEqual(await claimedIds(journal, BERT), []);
      assert.equal(await journal.forget({ ref: refOf(saga) }), 0);
    });
    assert.equal((await rowOf(journal, saga)).status, status);
    // An operator may have to end it nevertheless.
    assert.deepEqual(await claimedIds(journal, BERT, { id: saga.id }), [saga.id]);
  }),

  contractCase('a saga at rest is claimed by its id only', async (store) => {
    const journal = await store.open();
    for (const status of ['completed', 'compensated', 'parked'] as const) {
      const saga = await ended(journal, status);
      assert.deepEqual(await claimedIds(journal, BERT), []);
      const [row] = await journal.claim({ owner: BERT, names: [NAME], limit: 1, id: saga.id });
      assert.deepEqual([row?.id, row?.status, row?.epoch], [saga.id, status, 2]);
      await refused(journal.append(batchOf(saga, [3])), 'SAGA_LEASE_LOST');
      await journal.append(batchOf(saga, [3], { owner: BERT, epoch: 2, status }));
      assert.deepEqual(await seqsOf(journal, saga), [1, 2, 3]);
    }
  }),

  contractCase('a claim by id takes from its owner alone, whoever else lives', async (store) => {
    const journal = await store.open();
    await journal.heartbeat(BERT, LONG_LEASE);
    const saga = await created(journal, { owner: 'process-that-never-beat' });
    assert.deepEqual(await claimedIds(journal, BERT, { id: saga.id }), [saga.id]);
  }),

  contractCase('a claim by id takes that one alone', async (store) => {
    const journal = await store.open();
    await created(journal);
    const wanted = await created(journal);
    await created(journal);
    assert.deepEqual(await claimedIds(journal, BERT, { id: wanted.id }), [wanted.id]);
    assert.deepEqual(await claimedIds(journal, BERT, { id: 'nobody' }), []);
  }),
];
