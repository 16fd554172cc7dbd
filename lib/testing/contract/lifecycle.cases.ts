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

  contractCase(
    'several processes may open a new store at the same time',
    async (store) => {
      const handles = await Promise.all([store.open(), store.open(), store.open(), store.open()]);
      const sagas = await Promise.all(handles.map((journal) => created(journal)));
      for (const journal of handles) {
        assert.equal((await journal.list({})).rows.length, sagas.length);
      }
    },
    { needsNewStore: true },
  ),

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

  contractCase('it may be opened again after it was closed', async (store) => {
    const journal = await store.open();
    const saga = await created(journal);
    await journal.close();
    await assert.doesNotReject(journal.open(), 'it is opened again');
    await assert.doesNotReject(journal.append(batchOf(saga, [2])), 'it writes');
    assert.deepEqual(await seqsOf(journal, saga), [1, 2]);
  }),

  contractCase('it stays open until the last of its users has closed it', async (store) => {
    const journal = await store.open();
    await Promise.all([journal.open(), journal.open()]);
    const saga = await created(journal);
    const seqs = [2, 3];
    for (const seq of seqs) {
      await journal.close();
      await assert.doesNotReject(journal.append(batchOf(saga, [seq])), 'it has another user');
    }
    assert.deepEqual(await seqsOf(journal, saga), [1, ...seqs]);
  }),

  contractCase('it is open for who opens it while another user closes it', async (store) => {
    const journal = await store.open();
    const saga = await created(journal);
    for (const seq of [2, 3, 4, 5]) {
      const calls = [() => journal.close(), () => journal.open()];
      // In both orders: the last user closes it before the next one opens it, and after.
      if (seq % 2 === 1) calls.reverse();
      await assert.doesNotReject(Promise.all(calls.map((call) => call())), 'at once');
      await assert.doesNotReject(journal.append(batchOf(saga, [seq])), 'it has a user');
    }
    assert.deepEqual(await seqsOf(journal, saga), [1, 2, 3, 4, 5]);
  }),

  contractCase('close waits for what is being written', async (store) => {
    const [writer, reader] = [await store.open(), await store.open()];
    const old = await created(writer);
    const fresh = sagaOf();
    const writing = Promise.all([writer.append(batchOf(old, [2, 3])), writer.create(fresh)]);
    // Handled at once; its outcome is checked below.
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
