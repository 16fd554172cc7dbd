import { strict as assert } from 'node:assert';
import type { NewSaga } from '../../core/index.js';
import {
  ANNA,
  batchOf,
  BERT,
  created,
  ended,
  LONG_LEASE,
  NAME,
  rowOf,
  unchanged,
} from './fixtures.js';
import { contractCase, type JournalContractCase } from './harness.js';

export const cancelCases: readonly JournalContractCase[] = [
  contractCase('a heartbeat tells which of its sagas somebody asked to cancel', async (store) => {
    const [anna, bert] = [await store.open(), await store.open()];
    const asked = await created(anna);
    await created(anna);
    const other = await created(bert, { owner: BERT });
    assert.deepEqual(await anna.heartbeat(ANNA, LONG_LEASE), []);
    await bert.requestCancel(asked, 'the customer changed his mind');
    await bert.requestCancel(other, 'not yours');
    const rows = await anna.heartbeat(ANNA, LONG_LEASE);
    assert.deepEqual(
      rows.map(({ id, cancelReason }) => [id, cancelReason]),
      [[asked.id, 'the customer changed his mind']],
    );
    assert.deepEqual(rows[0], await rowOf(bert, asked));
    // It is reported until the cancel was acted upon.
    assert.equal((await anna.heartbeat(ANNA, LONG_LEASE)).length, 1);
  }),

  contractCase(
    'an append tells its owner that somebody asked to cancel the saga',
    async (store) => {
      const [anna, bert] = [await store.open(), await store.open()];
      const [asked, other, own] = [await created(anna), await created(anna), await created(anna)];
      assert.equal((await anna.append(batchOf(asked, [2]))) ?? undefined, undefined);
      await bert.requestCancel(asked, 'from afar');
      await anna.requestCancel(own, 'from here');
      const append = (saga: NewSaga, seq: number) => anna.append(batchOf(saga, [seq]));
      const told = await Promise.all([append(asked, 3), append(other, 2), append(own, 2)]);
      assert.deepEqual(told, [{ reason: 'from afar' }, undefined, { reason: 'from here' }]);
      // It is reported until then; also by the append that brings the saga to rest.
      const rest = batchOf(asked, [4], { status: 'parked' });
      assert.deepEqual(await anna.append(rest), { reason: 'from afar' });
      await anna.claim({ owner: ANNA, names: [NAME], limit: 1, id: asked.id });
      const again = await anna.append(batchOf(asked, [5], { epoch: 2 }));
      assert.equal(again, undefined, 'a request that was over when the saga was taken up');
    },
  ),

  contractCase('the first request to cancel stays, and outlives a claim', async (store) => {
    const journal = await store.open();
    const saga = await created(journal);
    await journal.requestCancel(saga, 'first');
    await journal.requestCancel(saga, 'second');
    assert.equal((await rowOf(journal, saga)).cancelReason, 'first');
    await journal.append(batchOf(saga, [2]));
    const [claimed] = await journal.claim({ owner: BERT, names: [NAME], limit: 1 });
    assert.equal(claimed?.cancelReason, 'first');
    assert.equal((await journal.heartbeat(BERT, LONG_LEASE))[0]?.cancelReason, 'first');
  }),

  contractCase('a request to cancel has no effect on a saga at rest', async (store) => {
    const journal = await store.open();
    for (const status of ['completed', 'compensated', 'parked'] as const) {
      const saga = await ended(journal, status);
      await unchanged(journal, saga, () => journal.requestCancel(saga, 'too late'));
    }
    await journal.requestCancel({ name: NAME, id: 'nobody' }, 'nobody there');
    const saga = await created(journal);
    await journal.requestCancel(saga, 'in time');
    await journal.append(batchOf(saga, [2], { status: 'compensated' }));
    assert.deepEqual(await journal.heartbeat(ANNA, LONG_LEASE), []);
  }),

  contractCase('a request to cancel ends when the saga is taken up at rest', async (store) => {
    const [anna, bert] = [await store.open(), await store.open()];
    const saga = await created(anna);
    await bert.requestCancel(saga, 'before it was parked');
    await anna.append(batchOf(saga, [2], { status: 'parked' }));
    const [claimed] = await anna.claim({ owner: ANNA, names: [NAME], limit: 1, id: saga.id });
    assert.equal(claimed?.cancelReason, null);
    assert.equal((await rowOf(bert, saga)).cancelReason, null);
    await anna.append(batchOf(saga, [3], { epoch: 2 }));
    assert.deepEqual(await anna.heartbeat(ANNA, LONG_LEASE), []);
    await bert.requestCancel(saga, 'after it went on');
    const rows = await anna.heartbeat(ANNA, LONG_LEASE);
    assert.deepEqual(
      rows.map(({ cancelReason }) => cancelReason),
      ['after it went on'],
    );
  }),

  contractCase('a request to cancel does not take the saga from its owner', async (store) => {
    const [anna, bert] = [await store.open(), await store.open()];
    const saga = await created(anna);
    await Promise.all([
      bert.requestCancel(saga, 'stop'),
      anna.append(batchOf(saga, [2], { status: 'compensating' })),
    ]);
    await anna.append(batchOf(saga, [3], { status: 'compensating' }));
    const { cancelReason, status, epoch } = await rowOf(bert, saga);
    assert.deepEqual([cancelReason, status, epoch], ['stop', 'compensating', 1]);
  }),
];
