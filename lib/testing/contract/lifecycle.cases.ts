import { strict as assert } from 'node:assert';
import {
  ANNA,
  batchOf,
  BERT,
  claimedIds,
  created,
  LONG_LEASE,
  sagaOf,
  seqsOf,
  storedOf,
} from './fixtures.js';
import { contractCase, type JournalContractCase } from './harness.js';

export const lifecycleCases: readonly JournalContractCase[] = [
  contractCase('open and close may be called again, also at once', async (store) => {
    const journal = await store.open();
    await Promise.all([journal.open(), journal.open()]);
    await created(journal);
    await Promise.all([journal.close(), journal.close()]);
    await journal.close();
  }),

  contractCase('several processes may open a new store at the same time', async (store) => {
    const handles = await Promise.all([store.open(), store.open(), store.open(), store.open()]);
    const sagas = await Promise.all(handles.map((journal) => created(journal)));
    for (const journal of handles) {
      assert.equal((await journal.list({})).rows.length, sagas.length);
    }
  }),

  contractCase('after close and reopen everything is there', async (store) => {
    const first = await store.open();
    await first.heartbeat(ANNA, LONG_LEASE);
    const saga = await created(first, { tags: { tenant: 'north' }, key: 'k' });
    await first.append(batchOf(saga, [2, 3]));
    await first.requestCancel(saga, 'stop');
    const before = await storedOf(first, saga);
    await first.close();
    const second = await store.open();
    assert.deepEqual(await storedOf(second, saga), before);
    assert.deepEqual(await claimedIds(second, BERT), [], 'the heartbeat is there as well');
    await second.append(batchOf(saga, [4]));
    assert.deepEqual(await seqsOf(second, saga), [1, 2, 3, 4]);
  }),

  contractCase('close waits for what is being written', async (store) => {
    const [writer, reader] = [await store.open(), await store.open()];
    const old = await created(writer);
    const fresh = sagaOf();
    const writing = Promise.all([writer.append(batchOf(old, [2, 3])), writer.create(fresh)]);
    // Handled at once: whatever becomes of it, it is looked at below.
    writing.catch(() => undefined);
    await writer.close();
    await writing;
    assert.deepEqual(await seqsOf(reader, old), [1, 2, 3]);
    assert.deepEqual(await seqsOf(reader, fresh), [1]);
  }),

  contractCase('it says what it is, on one line', async (store) => {
    const { description } = await store.open();
    assert.match(description, /^\S.*$/);
  }),
];
