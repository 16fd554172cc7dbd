import { strict as assert } from 'node:assert';
import type { Journal, NewSaga } from '../../core/index.js';
import {
  ANNA,
  batchOf,
  BERT,
  created,
  ended,
  held,
  idsOf,
  LONG_LEASE,
  NAME,
  refOf,
  rowOf,
  sagaOf,
  seqsOf,
  storedOf,
  unchanged,
} from './fixtures.js';
import { contractCase, type JournalContractCase } from './harness.js';

/** One of the application, one of another, and one of none, all of the same name and id. */
async function namesakes(journal: Journal): Promise<readonly [NewSaga, NewSaga, NewSaga]> {
  const shop = await created(journal, { application: 'shop' });
  const { name, id } = shop;
  const bank = await created(journal, { name, id, application: 'bank' });
  return [shop, bank, await created(journal, { name, id })];
}

export const applicationCases: readonly JournalContractCase[] = [
  contractCase('the application is part of what names a saga', async (store) => {
    const journal = await store.open();
    const all = await namesakes(journal);
    const [shop, bank, none] = all;
    for (const saga of all) assert.equal((await rowOf(journal, saga)).birth, saga.birth);
    assert.equal((await journal.get({ name: none.name, id: none.id }))?.birth, none.birth);
    await unchanged(journal, bank, () =>
      unchanged(journal, none, async () => {
        const taken = await journal.create(sagaOf({ application: 'shop', id: shop.id }));
        assert.equal(taken?.birth, shop.birth, 'its id is taken in its own application');
        await journal.append(batchOf(shop, [2]));
        await journal.requestCancel(refOf(shop), 'only here');
        await journal.release(held(shop));
      }),
    );
    assert.deepEqual(await seqsOf(journal, shop), [1, 2]);
    const { owner, cancelReason } = await rowOf(journal, shop);
    assert.deepEqual([owner, cancelReason], [null, 'only here']);
    await journal.append(batchOf(bank, [2], { status: 'completed' }));
    assert.equal(await journal.forget({ ref: refOf(bank) }), 1);
    for (const kept of [shop, none]) await storedOf(journal, kept);
  }),

  contractCase('a claim takes sagas of its own application only', async (store) => {
    const journal = await store.open();
    const all = await namesakes(journal);
    for (const { application = '', id, birth } of all) {
      for (const one of [{}, { id }]) {
        const owner = `${BERT} of ${application}`;
        const rows = await journal.claim({ owner, names: [NAME], limit: 10, application, ...one });
        assert.deepEqual(
          rows.map((row) => [row.application, row.birth]),
          [[application, birth]],
        );
      }
    }
    const request = { owner: BERT, names: [NAME], limit: 10 };
    assert.deepEqual(await journal.claim({ ...request, application: 'sho' }), []);
    const rows = await journal.claim(request);
    assert.deepEqual(
      rows.map(({ application }) => application),
      [''],
    );
  }),

  contractCase(
    'a heartbeat tells the application of a saga that is to be cancelled',
    async (store) => {
      const journal = await store.open();
      const [shop] = await namesakes(journal);
      await journal.requestCancel(refOf(shop), 'stop');
      const rows = await journal.heartbeat(ANNA, LONG_LEASE);
      assert.deepEqual(
        rows.map(({ application, birth }) => [application, birth]),
        [['shop', shop.birth]],
      );
    },
  ),

  contractCase('a list tells sagas of one application only', async (store) => {
    const journal = await store.open();
    const tags = { tenant: 'north' };
    const mine = await created(journal, { application: 'shop', key: 'k', tags });
    const others = await created(journal, { application: 'bank', key: 'k', tags });
    const none = await created(journal, { key: 'k', tags });
    for (const { application = '', id } of [mine, others, none]) {
      for (const filter of [
        {},
        { name: NAME },
        { status: 'running' },
        { key: 'k' },
        { tags },
      ] as const) {
        assert.deepEqual(await idsOf(journal, { ...filter, application }), [id]);
      }
    }
    assert.deepEqual(await idsOf(journal, {}), [none.id], 'without an application: those of none');
    assert.deepEqual(await idsOf(journal, { application: 'other' }), []);
  }),

  contractCase('forget by age deletes sagas of its own application only', async (store) => {
    const journal = await store.open();
    const [shop, bank, none] = await namesakes(journal);
    const parked = await ended(journal, 'parked');
    for (const saga of [shop, bank, none]) {
      await journal.append(batchOf(saga, [2], { status: 'completed' }));
    }
    await store.pass(5);
    const old = { status: 'completed', olderThanMs: 1, limit: 100 } as const;
    assert.equal(await journal.forget({ ...old, application: 'shop' }), 1);
    assert.equal(await journal.load(refOf(shop)), undefined);
    for (const kept of [bank, none, parked]) await storedOf(journal, kept);
    assert.equal(await journal.forget(old), 1, 'without an application: those of none');
    for (const kept of [bank, parked]) await storedOf(journal, kept);
  }),
];
