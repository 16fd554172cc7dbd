import { batchOf, created, sagaOf, seqsOf } from '../../../lib/testing/contract/fixtures.js';
import { postgresStore } from '../postgres-store.js';

const store = postgresStore();
/** So many keys of sagas a process remembers; with one more it forgets them. */
const REMEMBERED = 50_000;

describe('the keys of sagas that a process remembers', () => {
  it('may be forgotten by the very write that appends to their sagas', async () => {
    const journal = await store.opened({ schema: store.schema() });
    const saga = await created(journal);
    for (let made = 1; made < REMEMBERED; made += 1) {
      const rest = Math.min(1_000, REMEMBERED - made);
      await Promise.all(Array.from({ length: rest }, () => journal.create(sagaOf())));
      made += rest - 1;
    }
    const oneTooMany = journal.create(sagaOf());
    await Promise.all([oneTooMany, journal.append(batchOf(saga, [2]))]);
    await journal.append(batchOf(saga, [3]));
    expect(await seqsOf(journal, saga)).toEqual([1, 2, 3]);
  });
});

describe('the status of sagas that a process remembers', () => {
  it.each([1, 3])('decides nothing where the row says otherwise: %d at once', async (count) => {
    const schema = store.schema();
    const journal = await store.opened({ schema });
    const sagas = await Promise.all(Array.from({ length: count }, () => created(journal)));
    await store.query(`UPDATE "${schema}".sagas SET status = 'compensating', recoveries = 2`);
    for (const seq of [2, 3]) {
      const batches = sagas.map((saga) => batchOf(saga, [seq], { progress: true }));
      const told = await Promise.all(batches.map((batch) => journal.append(batch)));
      expect(told).toEqual(batches.map(() => undefined));
    }
    for (const saga of sagas) {
      expect(await journal.get(saga)).toMatchObject({ status: 'running', recoveries: 0 });
      expect(await seqsOf(journal, saga)).toEqual([1, 2, 3]);
    }
  });
});
