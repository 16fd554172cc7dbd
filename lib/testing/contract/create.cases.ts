import { strict as assert } from 'node:assert';
import {
  ANNA,
  BERT,
  created,
  entryOf,
  LONG_LEASE,
  NAME,
  refOf,
  rowOf,
  sagaOf,
  seqsOf,
  storedOf,
} from './fixtures.js';
import { contractCase, type JournalContractCase } from './harness.js';

export const createCases: readonly JournalContractCase[] = [
  contractCase('create stores the saga with its owner and its first records', async (store) => {
    const journal = await store.open();
    const saga = await created(journal, {
      key: 'account-7',
      tags: { tenant: 'north', channel: 'web' },
      deadline: 4_102_444_800_000,
      version: 3,
      entries: [entryOf(1), entryOf(2), entryOf(3)],
    });
    const { row, entries } = await storedOf(journal, saga);
    const { entries: expected, ...given } = saga;
    const { createdAt, updatedAt, ...kept } = row;
    const never = { cancelReason: null, cancelBy: null, parkReason: null, label: null };
    const fresh = { epoch: 1, recoveries: 0, wakeAt: null, ...never };
    assert.deepEqual(kept, { ...given, ...fresh });
    assert.ok(Number.isInteger(createdAt) && createdAt > 0, 'createdAt is in whole ms');
    assert.ok(updatedAt >= createdAt, 'it was not changed before it was created');
    assert.deepEqual(entries, expected);
    assert.deepEqual(await rowOf(journal, saga), row, 'get tells the same row as load');
  }),

  contractCase(
    'create of a taken id returns the saga that has it, and changes nothing',
    async (store) => {
      const journal = await store.open();
      const first = await created(journal, { input: '{"amount":1}', tags: { tenant: 'north' } });
      const before = await storedOf(journal, first);
      const again = sagaOf({
        id: first.id,
        input: '{"amount":2}',
        tags: { tenant: 'south' },
        owner: BERT,
      });
      assert.deepEqual(
        await journal.create({ ...again, entries: [entryOf(1), entryOf(2)] }),
        before.row,
      );
      assert.deepEqual(await storedOf(journal, first), before);
      assert.deepEqual((await journal.list({ tags: { tenant: 'south' } })).rows, []);
    },
  ),

  contractCase('headers are kept with a saga, and every row of it tells them', async (store) => {
    const journal = await store.open();
    const headers = Object.fromEntries([
      ['traceparent', '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'],
      ['baggage', `note=${'ä"\\\\ € 𝄞'.repeat(200)}`],
      ['__proto__', '{}'],
    ]);
    const saga = await created(journal, { headers });
    const none = await created(journal);
    await journal.heartbeat(ANNA, LONG_LEASE);
    await journal.requestCancel(refOf(saga), 'no more');
    const asked = await journal.heartbeat(ANNA, LONG_LEASE);
    await journal.leave(ANNA);
    const { rows } = await journal.list({});
    const told = [await rowOf(journal, saga), rows.find(({ id }) => id === saga.id), ...asked];
    told.push((await storedOf(journal, saga)).row, await journal.create(saga));
    told.push(...(await journal.claim({ owner: BERT, names: [NAME], limit: 1, id: saga.id })));
    assert.equal(told.length, 6);
    for (const row of told) {
      assert.deepEqual(Object.entries(row?.headers ?? {}).sort(), Object.entries(headers).sort());
    }
    assert.deepEqual((await rowOf(journal, none)).headers, {});
  }),

  contractCase('ids are unique per name, not over all names', async (store) => {
    const journal = await store.open();
    const one = await created(journal, { id: 'same' });
    const other = await created(journal, {
      id: 'same',
      name: 'PlaceOrder',
      entries: [entryOf(1), entryOf(2)],
    });
    assert.deepEqual(await seqsOf(journal, one), [1]);
    assert.deepEqual(await seqsOf(journal, other), [1, 2]);
  }),

  contractCase('of two processes that create the same id at once, one does', async (store) => {
    const [anna, bert] = [await store.open(), await store.open()];
    const one = sagaOf({ owner: ANNA });
    const two = { ...one, owner: BERT };
    const outcomes = await Promise.all([anna.create(one), bert.create(two)]);
    const losers = outcomes.filter((row) => row !== undefined);
    assert.equal(losers.length, 1, 'exactly one was told that it exists');
    const winner = outcomes[0] === undefined ? ANNA : BERT;
    assert.equal(losers[0]?.owner, winner, 'the other one was shown the row of the winner');
    assert.equal((await rowOf(anna, one)).owner, winner);
    assert.deepEqual(await seqsOf(bert, one), [1]);
  }),

  contractCase('two processes create sagas in turns', async (store) => {
    const [anna, bert] = [await store.open(), await store.open()];
    const sagas = [await created(anna), await created(bert), await created(anna)];
    for (const saga of sagas) assert.deepEqual(await seqsOf(bert, saga), [1]);
  }),

  contractCase('of two creates of one saga at once, one is told that it is new', async (store) => {
    const journal = await store.open();
    const saga = sagaOf();
    const outcomes = await Promise.all([journal.create(saga), journal.create(saga)]);
    const taken = outcomes.filter((row) => row !== undefined);
    assert.deepEqual(taken, [await rowOf(journal, saga)]);
    assert.deepEqual(await seqsOf(journal, saga), [1]);
  }),

  contractCase('a saga that is created can be seen whole or not at all', async (store) => {
    const [writer, reader] = [await store.open(), await store.open()];
    const entries = Array.from({ length: 20 }, (_, index) => entryOf(index + 1));
    const saga = sagaOf({ entries, tags: { tenant: 'north' } });
    let done = false;
    const writing = writer.create(saga).finally(() => (done = true));
    for (let look = 0; look < 500 && !done; look++) {
      const stored = await reader.load({ name: saga.name, id: saga.id });
      assert.ok(stored === undefined || stored.entries.length === 20, 'a part of it was seen');
      // A turn of the event loop, so that the writer can go on.
      await new Promise((resolve) => setImmediate(resolve));
    }
    await writing;
    assert.equal((await storedOf(reader, saga)).entries.length, 20, 'all of its records are there');
    assert.equal((await reader.list({ tags: { tenant: 'north' } })).rows.length, 1);
  }),
];
