import { strict as assert } from 'node:assert';
import type { AuditEntry } from '../../core/index.js';
import {
  ANNA,
  batchOf,
  created,
  ended,
  LONG_LEASE,
  refOf,
  refused,
  rowOf,
  seqsOf,
} from './fixtures.js';
import { contractCase, type JournalContractCase } from './harness.js';
import { audited, entryOf } from './operators.fixtures.js';

const plain = ({ application = '', ...entry }: AuditEntry) => ({ ...entry, application });

export const auditCases: readonly JournalContractCase[] = [
  contractCase('an append brings what operators did with its records', async (store) => {
    const [journal, reader] = [await store.open(), await store.open()];
    const saga = await created(journal);
    const act = entryOf({ ...refOf(saga), act: 'mark-done', label: 'Charge' });
    await journal.append(batchOf(saga, [2], { audit: [act] }));
    assert.deepEqual(await seqsOf(reader, saga), [1, 2]);
    const { entries } = await reader.operators.audit({});
    assert.equal(entries.length, 1);
    const { at, outcome, message, ...kept } = entries[0] ?? ({} as never);
    assert.deepEqual(kept, plain(act));
    assert.deepEqual([outcome, message], ['done', null]);
    const apart = Math.abs(at - (await rowOf(reader, saga)).updatedAt);
    assert.ok(apart < 10_000, "by the store's clock");
    const two = [entryOf({ act: 'cancel' }), entryOf({ act: 'terminate' })];
    await journal.append(batchOf(saga, [3, 4], { audit: two, status: 'parked' }));
    assert.deepEqual(await audited(reader), ['terminate done', 'cancel done', 'mark-done done']);
  }),

  contractCase('an append that is refused leaves no trace in the audit', async (store) => {
    const journal = await store.open();
    const saga = await created(journal);
    const audit = [entryOf(refOf(saga))];
    await refused(journal.append(batchOf(saga, [2], { audit, epoch: 2 })), 'SAGA_LEASE_LOST');
    await refused(journal.append(batchOf(saga, [3], { audit })), 'SAGA_LEASE_LOST');
    assert.deepEqual(await audited(journal), []);
    assert.deepEqual(await seqsOf(journal, saga), [1]);
  }),

  contractCase('an append that brings an act tells of a request to cancel, too', async (store) => {
    const journal = await store.open();
    const saga = await created(journal);
    await journal.requestCancel(saga, 'stop');
    const told = await journal.append(batchOf(saga, [2], { audit: [entryOf()] }));
    assert.deepEqual(told, { reason: 'stop' });
  }),

  contractCase('an act is in the audit once, however often it is written', async (store) => {
    const journal = await store.open();
    const saga = await created(journal);
    const act = entryOf(refOf(saga));
    await journal.requestCancel(saga, act.reason, act);
    await journal.append(batchOf(saga, [2], { audit: [{ ...act, act: 'terminate' }] }));
    assert.deepEqual(await audited(journal), ['cancel requested']);
    assert.deepEqual(await seqsOf(journal, saga), [1, 2]);
  }),

  contractCase('a request to cancel keeps who asked, and is in the audit', async (store) => {
    const [anna, bert] = [await store.open(), await store.open()];
    const saga = await created(anna);
    const [first, second] = [entryOf(refOf(saga)), entryOf({ ...refOf(saga), by: 'bob' })];
    await bert.requestCancel(saga, 'sold out', first);
    await bert.requestCancel(saga, 'changed my mind', second);
    const { cancelReason, cancelBy } = await rowOf(anna, saga);
    assert.deepEqual([cancelReason, cancelBy], ['sold out', 'eve']);
    const told = await anna.append(batchOf(saga, [2]));
    assert.deepEqual(told, { reason: 'sold out', by: 'eve' });
    assert.equal((await anna.heartbeat(ANNA, LONG_LEASE))[0]?.cancelBy, 'eve');
    assert.deepEqual(await audited(anna), ['cancel requested', 'cancel requested']);
    const other = await created(anna);
    await bert.requestCancel(other, 'nobody says who');
    await bert.requestCancel(other, 'too late', entryOf(refOf(other)));
    assert.equal((await rowOf(anna, other)).cancelBy, null, 'the first request stays as it was');
  }),

  contractCase('a request to cancel a saga at rest is not in the audit', async (store) => {
    const journal = await store.open();
    const saga = await ended(journal, 'parked');
    await journal.requestCancel(saga, 'too late', entryOf(refOf(saga)));
    await journal.requestCancel({ name: 'T', id: 'nobody' }, 'nobody there', entryOf());
    assert.deepEqual(await audited(journal), []);
    const { cancelReason, cancelBy } = await rowOf(journal, saga);
    assert.deepEqual([cancelReason, cancelBy], [null, null]);
  }),

  contractCase('who asked to cancel goes with the request', async (store) => {
    const journal = await store.open();
    const saga = await created(journal);
    await journal.requestCancel(saga, 'before it was parked', entryOf(refOf(saga)));
    await journal.append(batchOf(saga, [2], { status: 'parked' }));
    const [claimed] = await journal.claim({
      owner: ANNA,
      names: [saga.name],
      limit: 1,
      id: saga.id,
    });
    assert.deepEqual([claimed?.cancelReason, claimed?.cancelBy], [null, null]);
  }),

  contractCase('what was deleted by hand is in the audit, which outlives it', async (store) => {
    const journal = await store.open();
    const saga = await ended(journal, 'completed');
    const running = await created(journal);
    const act = entryOf({ ...refOf(saga), act: 'forget' });
    const audit = entryOf({ ...refOf(running), act: 'forget' });
    assert.equal(await journal.forget({ ref: refOf(running), audit }), 0);
    assert.deepEqual(await audited(journal), [], 'one that is not at rest stays');
    assert.equal(await journal.forget({ ref: refOf(saga), audit: act }), 1);
    assert.equal(await journal.load(refOf(saga)), undefined);
    assert.deepEqual(await audited(journal), ['forget done']);
    assert.equal(await journal.forget({ ref: refOf(saga), audit: { ...act, entry: 'again' } }), 0);
    assert.deepEqual(await audited(journal), ['forget done']);
  }),

  contractCase('the audit is listed newest first, by any condition, in pages', async (store) => {
    const journal = await store.open();
    const saga = await created(journal);
    const entries = Array.from({ length: 7 }, (_, at) =>
      entryOf({ id: `t-${at % 2}`, by: at < 3 ? 'eve' : 'bob', act: at < 5 ? 'cancel' : 'resume' }),
    );
    await journal.append(batchOf(saga, [2], { audit: entries.slice(0, 5) }));
    await store.pass(5);
    await journal.append(batchOf(saga, [3], { audit: entries.slice(5) }));
    const names = entries.map(({ entry }) => entry).toReversed();
    const told = async (filter: object) => {
      const page = await journal.operators.audit(filter);
      return page.entries.map(({ entry }) => entry);
    };
    assert.deepEqual(await told({}), names);
    assert.deepEqual(
      await told({ id: 't-0' }),
      names.filter((_, at) => at % 2 === 0),
    );
    assert.deepEqual(await told({ by: 'eve', id: 't-0', name: saga.name }), [names[4], names[6]]);
    assert.deepEqual(await told({ act: 'resume' }), names.slice(0, 2));
    assert.deepEqual(await told({ entry: names[3] }), [names[3]]);
    const { at = 0 } = (await journal.operators.audit({ entry: names[1] ?? '' })).entries[0] ?? {};
    assert.deepEqual(await told({ before: new Date(at) }), names.slice(2));
    assert.deepEqual(await told({ after: new Date(at - 1) }), names.slice(0, 2));
    assert.deepEqual(await told({ name: 'Other' }), []);
    const pages: (readonly string[])[] = [];
    for (
      let cursor: string | undefined, first = true;
      first || cursor !== undefined;
      first = false
    ) {
      const page = await journal.operators.audit({
        limit: 3,
        ...(cursor !== undefined && { cursor }),
      });
      pages.push(page.entries.map(({ entry }) => entry));
      cursor = page.nextCursor;
    }
    assert.deepEqual(pages, [names.slice(0, 3), names.slice(3, 6), names.slice(6)]);
    await refused(journal.operators.audit({ limit: 0 }), 'SAGA_OPTIONS');
    await refused(journal.operators.audit({ cursor: 'nonsense' }), 'SAGA_OPTIONS');
  }),

  contractCase(
    'any text of an act comes back, or is refused with nothing written',
    async (store) => {
      const journal = await store.open();
      const saga = await created(journal);
      const texts = [
        '\u0001\n\r\t',
        `'; DROP TABLE saga_audit; -- "`,
        '😀 é',
        '\\u0000',
        '__proto__',
      ];
      for (const [at, text] of texts.entries()) {
        const act = entryOf({ by: text, reason: text, label: text, id: text, name: text });
        await journal.append(batchOf(saga, [at + 2], { audit: [act] }));
        const { entries } = await journal.operators.audit({ by: text, name: text, id: text });
        assert.deepEqual(
          entries.map(({ by, reason, label }) => [by, reason, label]),
          [[text, text, text]],
        );
      }
    },
  ),
];
