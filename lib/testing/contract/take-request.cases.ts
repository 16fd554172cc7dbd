import { strict as assert } from 'node:assert';
import { ANNA, BERT, LONG_LEASE, SHORT_LEASE } from './fixtures.js';
import { contractCase, type JournalContractCase } from './harness.js';
import { asked, audited, requestRow, taken, taking } from './operators.fixtures.js';

export const takeRequestCases: readonly JournalContractCase[] = [
  contractCase('two who take at the same time never get the same request', async (store) => {
    const [anna, bert] = [await store.open(), await store.open()];
    for (const [journal, owner] of [
      [anna, ANNA],
      [bert, BERT],
    ] as const) {
      await journal.heartbeat(owner, LONG_LEASE);
    }
    const requests = await Promise.all(Array.from({ length: 20 }, () => asked(anna)));
    const both = await Promise.all([
      taken(anna, ANNA, { limit: 15 }),
      taken(bert, BERT, { limit: 15 }),
    ]);
    both.push(await taken(anna, ANNA, { except: both[0] ?? [] }));
    const names = requests.map(({ request }) => request).toSorted();
    assert.deepEqual(both.flat().toSorted(), names);
  }),

  contractCase('a request whose process died is taken again, and not before', async (store) => {
    const [anna, bert] = [await store.open(), await store.open()];
    await anna.heartbeat(ANNA, LONG_LEASE);
    await bert.heartbeat(BERT, LONG_LEASE);
    const { request } = await asked(anna);
    assert.deepEqual(await taken(anna, ANNA), [request]);
    assert.deepEqual(await taken(bert), []);
    await anna.heartbeat(ANNA, SHORT_LEASE);
    await store.pass(SHORT_LEASE + 20);
    const [again] = await bert.operators.take(taking(BERT));
    assert.deepEqual([again?.request, again?.takes], [request, 2]);
    const end = { request, owner: ANNA, outcome: 'done', message: null } as const;
    assert.equal(await anna.operators.end(end), false, "it is another one's now");
    assert.deepEqual(await audited(anna), []);
    assert.equal(await bert.operators.end({ ...end, owner: BERT }), true);
    assert.equal(await bert.operators.end({ ...end, owner: BERT }), false, 'it has ended');
    assert.deepEqual(await audited(anna), ['resume done']);
  }),

  contractCase('who has gone leaves its requests at once', async (store) => {
    const journal = await store.open();
    await journal.heartbeat(ANNA, LONG_LEASE);
    const { request } = await asked(journal);
    await taken(journal, ANNA);
    await journal.leave(ANNA);
    assert.deepEqual(await taken(journal), [request]);
  }),

  contractCase('a process gets again what it has taken and does not know of', async (store) => {
    const journal = await store.open();
    await journal.heartbeat(BERT, LONG_LEASE);
    const [one, other] = [await asked(journal), await asked(journal)];
    assert.equal((await taken(journal)).length, 2);
    assert.deepEqual(await taken(journal, BERT, { except: [one.request] }), [other.request]);
    assert.deepEqual(await taken(journal, BERT, { except: [one.request, other.request] }), []);
  }),

  contractCase('of one saga only the oldest open request is taken', async (store) => {
    const [anna, bert] = [await store.open(), await store.open()];
    await anna.heartbeat(ANNA, LONG_LEASE);
    await bert.heartbeat(BERT, LONG_LEASE);
    const first = await asked(anna, { id: 'o-1', act: 'mark-not-done', label: 'Charge' });
    const second = await asked(anna, { id: 'o-1' });
    const other = await asked(anna, { id: 'o-2' });
    assert.deepEqual(await taken(anna, ANNA, { limit: 1 }), [first.request]);
    assert.deepEqual(await taken(bert), [other.request]);
    const end = { request: first.request, owner: ANNA, outcome: 'done', message: null } as const;
    await anna.operators.end(end);
    assert.deepEqual(await taken(bert, BERT, { except: [other.request] }), [second.request]);
  }),

  contractCase('a request is for whoever knows the name and the act', async (store) => {
    const journal = await store.open();
    const known = await asked(journal, { act: 'resume' });
    const other = await asked(journal, { name: 'Other', act: 'terminate' });
    const third = await asked(journal, { name: 'Other', act: 'resume' });
    assert.deepEqual(await taken(journal, BERT, { names: [], actsOnAny: [] }), []);
    assert.deepEqual(await taken(journal, BERT, { acts: ['cancel'] }), []);
    const some = { limit: 1, actsOnAny: ['terminate'] } as const;
    assert.deepEqual(await taken(journal, BERT, some), [known.request]);
    const rest = { ...some, except: [known.request], limit: 9 };
    assert.deepEqual(await taken(journal, BERT, rest), [other.request]);
    assert.deepEqual((await requestRow(journal, third)).takes, 0);
    assert.deepEqual(await taken(journal, BERT, { limit: 0 }), []);
  }),
];
