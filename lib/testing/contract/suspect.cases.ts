import { strict as assert } from 'node:assert';
import type { Journal, NewSaga } from '../../core/index.js';
import { BERT, claimedIds, created, LONG_LEASE, NAME } from './fixtures.js';
import { contractCase, type JournalContractCase } from './harness.js';

const ofBert = { owner: BERT, names: [NAME] };

/** A saga that nobody owns, and that was taken over so often. */
async function fallen(journal: Journal, times: number): Promise<NewSaga> {
  const saga = await created(journal, { owner: 'process-that-never-beat' });
  for (let time = 1; time <= times; time += 1) {
    await claimedIds(journal, `process-that-never-beat-${time}`, { id: saga.id });
  }
  return saga;
}

export const suspectCases: readonly JournalContractCase[] = [
  contractCase('a claim takes only sagas with the recoveries it asks for', async (store) => {
    const journal = await store.open();
    const [never, once, twice] = [
      await fallen(journal, 0),
      await fallen(journal, 1),
      await fallen(journal, 2),
    ];
    await journal.heartbeat(BERT, LONG_LEASE);
    assert.deepEqual(await claimedIds(journal, BERT, { recoveries: { below: 0 } }), []);
    assert.deepEqual(await claimedIds(journal, BERT, { recoveries: { from: 3 } }), []);
    const below = await claimedIds(journal, BERT, { recoveries: { below: 2 } });
    assert.deepEqual(below, [never.id, once.id], 'the oldest first');
    const [row] = await journal.claim({ ...ofBert, limit: 10, recoveries: { from: 2 } });
    assert.deepEqual([row?.id, row?.recoveries], [twice.id, 3]);
  }),

  contractCase(
    'of suspects the one with the most recoveries comes first, then the oldest and the youngest in turn',
    async (store) => {
      const journal = await store.open();
      const made: Record<string, string> = {};
      for (const [name, count] of [
        ['a', 2],
        ['b', 3],
        ['c', 2],
        ['d', 3],
        ['e', 4],
      ] as const) {
        made[(await fallen(journal, count)).id] = name;
      }
      await journal.heartbeat(BERT, LONG_LEASE);
      const order: (string | undefined)[] = [];
      for (let claims = 0; claims < 6; claims += 1) {
        const [row] = await journal.claim({ ...ofBert, limit: 1, recoveries: { from: 2 } });
        order.push(made[row?.id ?? '']);
      }
      assert.deepEqual(order, ['e', 'd', 'b', 'a', 'c', undefined]);
    },
  ),
];
