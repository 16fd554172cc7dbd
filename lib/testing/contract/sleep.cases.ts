import { strict as assert } from 'node:assert';
import { NO_WAKE_TIME, type Journal, type NewSaga } from '../../core/index.js';
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
  seqsOf,
  SHORT_LEASE,
  unchanged,
} from './fixtures.js';
import { contractCase, type JournalContractCase } from './harness.js';

/** A saga of Anna's that was put to sleep by its second record; in ms from its creation. */
async function asleep(journal: Journal, ms: number | null = LONG_LEASE): Promise<NewSaga> {
  const saga = await created(journal);
  const { createdAt } = await rowOf(journal, saga);
  await journal.append(
    batchOf(saga, [2], { sleep: { until: ms === null ? null : createdAt + ms } }),
  );
  return saga;
}

/** What Bert gets when he claims it by its id. */
async function takenUp(journal: Journal, { id }: NewSaga, force = false) {
  const request = { owner: BERT, names: [NAME], limit: 1, id, force };
  return (await journal.claim(request)).map(({ owner, epoch, recoveries, wakeAt }) => {
    return { owner, epoch, recoveries, wakeAt };
  });
}

/** Its first claim, which is no recovery. */
const WOKEN = { owner: BERT, epoch: 2, recoveries: 0, wakeAt: null };

export const sleepCases: readonly JournalContractCase[] = [
  contractCase(
    'an append that puts a saga to sleep writes its records and releases it; its row tells until when',
    async (store) => {
      const [anna, bert] = [await store.open(), await store.open()];
      await anna.heartbeat(ANNA, LONG_LEASE);
      const [saga, awake] = [await created(anna), await created(anna)];
      const until = (await rowOf(anna, saga)).createdAt + LONG_LEASE;
      const status = 'compensating';
      await anna.append(batchOf(saga, [2, 3], { status, sleep: { until } }));
      await anna.append(batchOf(awake, [2]));
      const row = await rowOf(bert, saga);
      assert.deepEqual([row.owner, row.wakeAt, row.status, row.epoch], [null, until, status, 1]);
      assert.deepEqual(await seqsOf(bert, saga), [1, 2, 3]);
      assert.deepEqual((await bert.list({ status })).rows, [row]);
      assert.deepEqual((await rowOf(bert, awake)).wakeAt, null);
      const endless = await asleep(anna, null);
      assert.equal((await rowOf(bert, endless)).wakeAt, NO_WAKE_TIME);
      // The process that put it to sleep may not write to it any more.
      await unchanged(bert, saga, async () => {
        await refused(anna.append(batchOf(saga, [4])), 'SAGA_LEASE_LOST');
        await anna.release(held(saga));
      });
    },
  ),

  contractCase('only its owner puts a saga to sleep', async (store) => {
    const [anna, bert] = [await store.open(), await store.open()];
    await anna.heartbeat(ANNA, LONG_LEASE);
    const saga = await created(anna);
    const sleep = { until: null };
    await unchanged(anna, saga, async () => {
      for (const over of [{ owner: BERT }, { epoch: 2 }]) {
        await refused(bert.append(batchOf(saga, [2], { ...over, sleep })), 'SAGA_LEASE_LOST');
      }
      await refused(bert.append(batchOf(saga, [3], { sleep })), 'SAGA_LEASE_LOST');
    });
    await anna.append(batchOf(saga, [2]));
  }),

  contractCase('a saga that sleeps is claimed by nobody before its time', async (store) => {
    const [anna, bert] = [await store.open(), await store.open()];
    await anna.heartbeat(ANNA, LONG_LEASE);
    const sagas = [await asleep(anna), await asleep(anna, null)];
    await anna.leave(ANNA);
    await store.pass(SHORT_LEASE);
    for (const saga of sagas) {
      await unchanged(anna, saga, async () => {
        assert.deepEqual(await claimedIds(bert, BERT), []);
        assert.deepEqual(await claimedIds(bert, BERT, { recoveries: { below: 9 } }), []);
        assert.deepEqual(await claimedIds(bert, BERT, { recoveries: { from: 0 } }), []);
        assert.deepEqual(await takenUp(bert, saga), []);
      });
    }
    const released = await created(anna);
    await anna.release(held(released));
    assert.deepEqual(await claimedIds(bert, BERT), [released.id], 'what is awake beside them');
  }),

  contractCase(
    'a saga that slept is claimed when its time has come, which is no recovery',
    async (store) => {
      const [anna, bert] = [await store.open(), await store.open()];
      await anna.heartbeat(ANNA, LONG_LEASE);
      await bert.heartbeat(BERT, LONG_LEASE);
      const [saga, byId, later] = [
        await asleep(anna, SHORT_LEASE),
        await asleep(anna, SHORT_LEASE),
        await asleep(anna),
      ];
      await store.pass(SHORT_LEASE);
      assert.deepEqual(await takenUp(bert, byId), [WOKEN]);
      assert.deepEqual(await claimedIds(bert, BERT), [saga.id]);
      const { owner, epoch, recoveries, wakeAt } = await rowOf(anna, saga);
      assert.deepEqual({ owner, epoch, recoveries, wakeAt }, WOKEN);
      assert.equal((await rowOf(anna, later)).owner, null);
      await refused(anna.append(batchOf(saga, [3])), 'SAGA_LEASE_LOST');
      await bert.append(batchOf(saga, [3], { owner: BERT, epoch: 2 }));
      // A claim of a saga that is awake counts as a recovery.
      await bert.leave(BERT);
      const [row] = await anna.claim({ owner: ANNA, names: [NAME], limit: 1 });
      assert.deepEqual([row?.id, row?.epoch, row?.recoveries], [saga.id, 3, 1]);
    },
  ),

  contractCase('the recoveries of a saga outlast its sleep', async (store) => {
    const journal = await store.open();
    const saga = await created(journal);
    await journal.claim({ owner: BERT, names: [NAME], limit: 1 });
    const bert = { owner: BERT, epoch: 2, progress: false };
    await journal.append(batchOf(saga, [2], { ...bert, sleep: { until: 1 } }));
    assert.deepEqual(await claimedIds(journal, ANNA, { recoveries: { below: 1 } }), []);
    assert.deepEqual(await claimedIds(journal, ANNA, { recoveries: { from: 1 } }), [saga.id]);
    assert.equal((await rowOf(journal, saga)).recoveries, 1);
  }),

  contractCase('a request to cancel ends a sleep', async (store) => {
    const [anna, bert] = [await store.open(), await store.open()];
    await anna.heartbeat(ANNA, LONG_LEASE);
    await bert.heartbeat(BERT, LONG_LEASE);
    const [one, other, byId] = [
      await asleep(anna, null),
      await asleep(anna),
      await asleep(anna, null),
    ];
    await bert.requestCancel(one, 'he waited too long');
    await bert.requestCancel(byId, 'so did she');
    assert.deepEqual(await takenUp(bert, byId), [WOKEN]);
    assert.deepEqual(await claimedIds(bert, BERT), [one.id]);
    const { cancelReason, recoveries } = await rowOf(anna, one);
    assert.deepEqual([cancelReason, recoveries], ['he waited too long', 0]);
    assert.equal((await rowOf(anna, other)).owner, null);
  }),

  contractCase(
    'a saga that somebody asked to cancel before it was put to sleep is told so, and does not sleep',
    async (store) => {
      const [anna, bert] = [await store.open(), await store.open()];
      await anna.heartbeat(ANNA, LONG_LEASE);
      const saga = await created(anna);
      await bert.requestCancel(saga, 'at the last moment');
      const told = await anna.append(batchOf(saga, [2], { sleep: { until: null } }));
      assert.deepEqual(told, { reason: 'at the last moment' });
      assert.deepEqual(await takenUp(bert, saga), [WOKEN]);
    },
  ),

  contractCase(
    'a claim by force wakes a saga that sleeps, and takes it from nobody',
    async (store) => {
      const [anna, bert] = [await store.open(), await store.open()];
      await anna.heartbeat(ANNA, LONG_LEASE);
      const saga = await asleep(anna, null);
      assert.deepEqual(await takenUp(bert, saga, true), [WOKEN]);
      assert.deepEqual(await anna.heartbeat(ANNA, LONG_LEASE), []);
    },
  ),

  contractCase('a saga that sleeps is not abandoned before its time', async (store) => {
    const journal = await store.open();
    await journal.heartbeat(ANNA, LONG_LEASE);
    const [saga] = [await asleep(journal), await asleep(journal, null)];
    const abandoned = async () => {
      return (await journal.abandoned({ except: [] })).map(({ sagas }) => sagas);
    };
    assert.deepEqual(await abandoned(), []);
    await journal.requestCancel(saga, 'nobody knows its steps');
    assert.deepEqual(await abandoned(), [1]);
  }),
];
