import { strict as assert } from 'node:assert';
import type { Journal, SagaFilter } from '../../core/index.js';
import { batchOf, created, ended, idsOf, NAME, refused, rowOf, unchanged } from './fixtures.js';
import { contractCase, type JournalContractCase } from './harness.js';

async function several(journal: Journal, count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let made = 0; made < count; made++) ids.unshift((await created(journal)).id);
  return ids;
}

/** Reads page after page, doing `between` before every one but the first. */
async function pages(
  journal: Journal,
  filter: SagaFilter,
  between: () => Promise<unknown> = () => Promise.resolve(),
): Promise<readonly (readonly string[])[]> {
  const all: (readonly string[])[] = [];
  for (let cursor: string | undefined; ;) {
    const page = await journal.list(cursor === undefined ? filter : { ...filter, cursor });
    all.push(page.rows.map(({ id }) => id));
    cursor = page.nextCursor;
    if (cursor === undefined || all.length > 50) return all;
    await between();
  }
}

const STATUSES = ['running', 'compensating', 'completed', 'compensated', 'parked'] as const;

export const listCases: readonly JournalContractCase[] = [
  contractCase('get and load of what does not exist tell undefined', async (store) => {
    const journal = await store.open();
    const { id } = await created(journal);
    for (const ref of [
      { name: 'TransferMoney', id: `${id} ` },
      { name: 'transfermoney', id },
      { name: id, id: 'TransferMoney' },
    ]) {
      assert.equal(await journal.get(ref), undefined);
      assert.equal(await journal.load(ref), undefined);
    }
  }),

  contractCase('list tells the newest first, with the rows that get tells', async (store) => {
    const journal = await store.open();
    const ids = await several(journal, 5);
    const { rows, nextCursor } = await journal.list({});
    assert.deepEqual(
      rows.map(({ id }) => id),
      ids,
    );
    assert.equal(nextCursor, undefined);
    for (const row of rows) assert.deepEqual(await rowOf(journal, row), row);
  }),

  contractCase('list by name, key, status and tags: every condition must hold', async (store) => {
    const journal = await store.open();
    const north = { tenant: 'north', channel: 'web' };
    const a = (await created(journal, { key: 'k1', tags: north })).id;
    const b = (await created(journal, { key: 'k1', tags: { tenant: 'north' }, name: 'PlaceOrder' }))
      .id;
    const c = (await created(journal, { key: 'k2', tags: { tenant: 'south', channel: 'web' } })).id;
    const d = (await ended(journal, 'parked')).id;
    const found = (filter: SagaFilter): Promise<readonly string[]> => idsOf(journal, filter);
    assert.deepEqual(await found({ name: 'TransferMoney' }), [d, c, a]);
    assert.deepEqual(await found({ key: 'k1' }), [b, a]);
    assert.deepEqual(await found({ key: 'k1', name: 'PlaceOrder' }), [b]);
    assert.deepEqual(await found({ status: 'parked' }), [d]);
    assert.deepEqual(await found({ status: ['parked', 'running'] }), [d, c, b, a]);
    assert.deepEqual(await found({ status: [] }), []);
    assert.deepEqual(await found({ tags: { tenant: 'north' } }), [b, a]);
    assert.deepEqual(await found({ tags: north }), [a]);
    assert.deepEqual(await found({ tags: { tenant: 'web' } }), []);
    assert.deepEqual(await found({ tags: { channel: 'web' }, key: 'k2', status: 'running' }), [c]);
    assert.deepEqual(await found({ name: 'Nothing' }), []);
  }),

  contractCase('list without a status tells those of every status', async (store) => {
    const journal = await store.open();
    const ids: string[] = [];
    for (const status of STATUSES) ids.unshift((await ended(journal, status)).id);
    assert.deepEqual(await idsOf(journal, {}), ids);
    assert.deepEqual(await idsOf(journal, { name: NAME }), ids);
  }),

  contractCase('list follows a status that changes', async (store) => {
    const journal = await store.open();
    const saga = await created(journal);
    for (const [index, status] of (['compensating', 'parked', 'completed'] as const).entries()) {
      await journal.append(batchOf(saga, [index + 2], { status }));
      assert.deepEqual(await idsOf(journal, { status }), [saga.id]);
      assert.deepEqual(await idsOf(journal, { status: 'running' }), []);
    }
  }),

  contractCase('list by time of creation, both ends left out', async (store) => {
    const journal = await store.open();
    const rows = [];
    for (let made = 0; made < 3; made++) {
      rows.push(await rowOf(journal, await created(journal)));
      await store.pass(5);
    }
    const [first, second, third] = rows.map(({ createdAt }) => new Date(createdAt));
    const ids = rows.map(({ id }) => id);
    assert.ok(first !== undefined && second !== undefined && third !== undefined);
    assert.deepEqual(await idsOf(journal, { createdAfter: first }), [ids[2], ids[1]]);
    assert.deepEqual(await idsOf(journal, { createdBefore: third }), [ids[1], ids[0]]);
    assert.deepEqual(await idsOf(journal, { createdAfter: first, createdBefore: third }), [ids[1]]);
    assert.deepEqual(await idsOf(journal, { createdAfter: second, createdBefore: second }), []);
  }),

  contractCase(
    'pages neither skip nor repeat a saga, also while others are created',
    async (store) => {
      const journal = await store.open();
      const ids = await several(journal, 23);
      const seen = await pages(journal, { limit: 5 }, () => several(journal, 2));
      assert.deepEqual(
        seen.map(({ length }) => length),
        [5, 5, 5, 5, 3],
      );
      assert.deepEqual(seen.flat(), ids);
    },
  ),

  contractCase('pages of a filtered list neither skip nor repeat a saga', async (store) => {
    const journal = await store.open();
    const odd: string[] = [];
    for (let made = 0; made < 20; made++) {
      const tags = { parity: made % 2 === 1 ? 'odd' : 'even', all: 'yes' };
      const { id } = await created(journal, { tags });
      if (made % 2 === 1) odd.unshift(id);
    }
    const filter = { tags: { parity: 'odd', all: 'yes' }, name: 'TransferMoney', limit: 3 };
    assert.deepEqual((await pages(journal, filter)).flat(), odd);
    assert.deepEqual((await pages(journal, { ...filter, limit: 1 })).flat(), odd);
  }),

  contractCase('a status that is asked for twice is listed once', async (store) => {
    const journal = await store.open();
    const sagas = [await ended(journal, 'completed'), await ended(journal, 'completed')];
    const ids = await idsOf(journal, { status: ['completed', 'parked', 'completed'] });
    assert.deepEqual(ids, sagas.map(({ id }) => id).reverse());
  }),

  contractCase('the last page has no cursor, also when it is full', async (store) => {
    const journal = await store.open();
    const ids = await several(journal, 6);
    assert.deepEqual(await pages(journal, { limit: 3 }), [ids.slice(0, 3), ids.slice(3)]);
    assert.deepEqual(await pages(journal, { limit: 6 }), [ids]);
    assert.deepEqual(await pages(journal, { name: 'Nothing', limit: 1 }), [[]]);
  }),

  contractCase('list tells 50 at most unless more is asked for', async (store) => {
    const journal = await store.open();
    const sagas = Array.from({ length: 52 }, () => created(journal));
    await Promise.all(sagas);
    const { rows, nextCursor } = await journal.list({});
    assert.equal(rows.length, 50);
    assert.ok(nextCursor !== undefined);
    assert.equal((await journal.list({ cursor: nextCursor })).rows.length, 2);
    assert.equal((await journal.list({ limit: 1_000 })).rows.length, 52);
  }),

  contractCase('list refuses a limit, a cursor or a time that cannot be meant', async (store) => {
    const journal = await store.open();
    const saga = await created(journal);
    const bad: readonly unknown[] = [
      ...[0, -1, 1_001, 1.5, NaN, '10', null].map((limit) => ({ limit })),
      ...['', 'x', '1', '-1', "' OR 1=1 --", 7, null].map((cursor) => ({ cursor })),
      ...[new Date(NaN), 5, '2026'].flatMap((time) => [
        { createdAfter: time },
        { createdBefore: time },
      ]),
      { name: 7 },
      { key: {} },
      { tags: { tenant: 7 } },
    ];
    await unchanged(journal, saga, async () => {
      for (const filter of bad) {
        // A function of its own: what is thrown at once is refused too.
        await refused((async () => journal.list(filter as SagaFilter))(), 'SAGA_OPTIONS');
      }
    });
  }),
];
