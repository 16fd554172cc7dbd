import { strict as assert } from 'node:assert';
import { ANNA, BERT, LONG_LEASE, NAME, refused } from './fixtures.js';
import { contractCase, type JournalContractCase } from './harness.js';
import { asked, audited, requestOf, requestRow, taken, taking } from './operators.fixtures.js';

export const requestCases: readonly JournalContractCase[] = [
  contractCase('a request is left, taken in hand, and ended', async (store) => {
    const [anna, bert] = [await store.open(), await store.open()];
    await bert.heartbeat(BERT, LONG_LEASE);
    const step = { label: 'Charge', result: '{"tx":1}', act: 'mark-done' } as const;
    const all = { ...step, id: 'o-1', bulk: 'bulk-1' };
    const request = await asked(anna, all);
    const open = await requestRow(bert, request);
    const { createdAt, ...left } = open;
    const nobody = { takenBy: null, takenAt: null, takes: 0, endedAt: null };
    assert.deepEqual(left, { ...request, ...nobody, outcome: null, message: null });
    assert.ok(createdAt > 0);
    const [row] = await bert.operators.take(taking(BERT));
    assert.deepEqual(row, { ...open, takenBy: BERT, takenAt: row?.takenAt, takes: 1 });
    assert.ok((row?.takenAt ?? 0) >= createdAt);
    const end = {
      request: request.request,
      owner: BERT,
      outcome: 'refused',
      message: 'no',
    } as const;
    assert.equal(await bert.operators.end(end), true);
    const over = await requestRow(anna, request);
    assert.deepEqual(over, { ...row, outcome: 'refused', message: 'no', endedAt: over.endedAt });
    assert.ok((over.endedAt ?? 0) >= (row?.takenAt ?? 0));
    assert.deepEqual(await taken(anna), []);
    const { entries } = await anna.operators.audit({});
    const [told] = entries;
    assert.deepEqual(
      [told?.entry, told?.outcome, told?.message],
      [request.request, 'refused', 'no'],
    );
    assert.deepEqual([told?.id, told?.by, told?.label], ['o-1', 'eve', 'Charge']);
  }),

  contractCase('the same request again changes nothing', async (store) => {
    const journal = await store.open();
    const request = await asked(journal);
    await journal.operators.request({ ...request, act: 'terminate', reason: 'another' });
    assert.equal((await requestRow(journal, request)).act, 'resume');
    await taken(journal);
    await journal.operators.request(request);
    assert.equal((await requestRow(journal, request)).takenBy, BERT);
  }),

  contractCase('a request that is let go is as it was', async (store) => {
    const journal = await store.open();
    await journal.heartbeat(BERT, LONG_LEASE);
    const request = await asked(journal);
    const before = await requestRow(journal, request);
    await taken(journal);
    await journal.operators.letGo(request.request, ANNA);
    assert.equal((await requestRow(journal, request)).takenBy, BERT, 'he does not have it');
    await journal.operators.letGo(request.request, BERT);
    assert.deepEqual(await requestRow(journal, request), before);
  }),

  contractCase('a request is withdrawn by nobody once somebody has it', async (store) => {
    const journal = await store.open();
    const [one, other] = [await asked(journal), await asked(journal)];
    const away = { owner: null, outcome: 'withdrawn', message: 'eve: by mistake' } as const;
    assert.equal(await journal.operators.end({ request: one.request, ...away }), true);
    assert.deepEqual(await taken(journal), [other.request]);
    assert.equal(await journal.operators.end({ request: other.request, ...away }), false);
    assert.equal(await journal.operators.end({ request: 'none', ...away }), false);
    assert.deepEqual(await audited(journal), ['resume withdrawn']);
  }),

  contractCase('requests are listed newest first, by any condition, in pages', async (store) => {
    const journal = await store.open();
    const all = [];
    const bulks: Readonly<Record<string, string>> = { b: 'bulk-1', c: 'bulk-2', d: 'bulk-1' };
    for (const id of ['a', 'b', 'a', 'c', 'd'])
      all.push(await asked(journal, { id, bulk: bulks[id] ?? null }));
    const names = all.map(({ request }) => request).toReversed();
    const told = async (filter: object) => {
      const page = await journal.operators.requests(filter);
      return page.requests.map(({ request }) => request);
    };
    const end = { owner: null, outcome: 'withdrawn', message: null } as const;
    await journal.operators.end({ request: names[1] ?? '', ...end });
    assert.deepEqual(await told({}), names);
    assert.deepEqual(
      await told({ open: true }),
      names.filter((_, at) => at !== 1),
    );
    assert.deepEqual(await told({ open: false }), [names[1]]);
    assert.deepEqual(await told({ name: NAME, id: 'a' }), [names[2], names[4]]);
    assert.deepEqual(await told({ name: 'Other' }), []);
    assert.deepEqual(await told({ bulk: 'bulk-1' }), [names[0], names[3]]);
    assert.deepEqual(await told({ bulk: 'bulk' }), []);
    const first = await journal.operators.requests({ limit: 3 });
    assert.deepEqual(
      first.requests.map(({ request }) => request),
      names.slice(0, 3),
    );
    assert.deepEqual(await told({ limit: 3, cursor: first.nextCursor }), names.slice(3));
    const [last] = [await journal.operators.requests({ limit: 5 })];
    assert.equal(last?.nextCursor, undefined);
    await refused(journal.operators.requests({ open: 'yes' as never }), 'SAGA_OPTIONS');
  }),

  contractCase('a request of text that cannot be kept is refused', async (store) => {
    const journal = await store.open();
    for (const over of [{ reason: 'NUL \u0000' }, { by: '\ud800' }, { id: '\u0000' }]) {
      const kept = await journal.operators.request(requestOf(over)).then(
        () => true,
        () => false,
      );
      const { requests } = await journal.operators.requests({});
      assert.equal(
        requests.some((row) =>
          Object.entries(over).every(([key, text]) => row[key as 'by'] === text),
        ),
        kept,
      );
    }
  }),

  contractCase('requests and the audit of two applications stay apart', async (store) => {
    const journal = await store.open();
    const shop = await asked(journal, { application: 'shop', id: 'o-1' });
    const bank = await asked(journal, { application: 'bank', id: 'o-1' });
    const none = await asked(journal, { id: 'o-1' });
    for (const { application = '', request } of [shop, bank, none]) {
      const { requests } = await journal.operators.requests({ application });
      assert.deepEqual(
        requests.map((row) => row.request),
        [request],
      );
      assert.deepEqual(await taken(journal, BERT, { application }), [request]);
      await journal.operators.end({ request, owner: BERT, outcome: 'done', message: null });
      assert.equal((await audited(journal, application)).length, 1);
    }
    assert.equal((await journal.operators.requests({})).requests.length, 1, 'those of none');
    await store.pass(5);
    assert.equal(
      await journal.operators.forget({ application: 'shop', olderThanMs: 1, limit: 9 }),
      2,
    );
    assert.deepEqual(await audited(journal, 'bank'), ['resume done']);
    assert.deepEqual(await audited(journal, 'shop'), []);
  }),

  contractCase('what is old is deleted, and what is open never', async (store) => {
    const journal = await store.open();
    const open = await asked(journal);
    for (let count = 0; count < 3; count += 1) {
      const { request } = await asked(journal);
      await journal.operators.end({ request, owner: null, outcome: 'withdrawn', message: null });
    }
    const old = { olderThanMs: 1_000, limit: 2 };
    assert.equal(await journal.operators.forget(old), 0);
    await store.pass(50);
    assert.equal(await journal.operators.forget({ ...old, olderThanMs: 20 }), 4, 'two of each');
    assert.equal(await journal.operators.forget({ ...old, olderThanMs: 20 }), 2);
    const { requests } = await journal.operators.requests({});
    assert.deepEqual(
      requests.map(({ request }) => request),
      [open.request],
    );
    assert.deepEqual(await audited(journal), []);
  }),
];
