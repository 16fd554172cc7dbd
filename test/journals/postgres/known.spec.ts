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
