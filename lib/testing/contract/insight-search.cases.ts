import { strict as assert } from 'node:assert';
import type { SagaChanges, SagaRef } from '../../core/index.js';
import { batchOf, created, entryOf, refOf, rowOf } from './fixtures.js';
import type { JournalContractCase } from './harness.js';
import { idsIn, insightCase, sameItems, settled } from './insight-fixtures.js';

/** What finds sagas, and what belongs to them. */
export const insightSearchCases: readonly JournalContractCase[] = [
  insightCase(
    'names and tags are those that sagas of the application have',
    async (insight, journal) => {
      await created(journal, { tags: { tenant: 'south', channel: 'web' } });
      await created(journal, { name: 'PlaceOrder', tags: { tenant: 'north' } });
      await settled(journal, 'completed', { tags: { tenant: 'north-east' } });
      await settled(journal, 'completed', { tags: { tenant: 'east' } });
      await settled(journal, 'completed', { tags: { tenant: 'été' } });
      await created(journal, {
        application: 'shop',
        name: 'Ship',
        tags: { lane: 'fast', tenant: 'x' },
      });
      assert.deepEqual(await insight.names(), ['PlaceOrder', 'TransferMoney']);
      assert.deepEqual(await insight.names({ application: 'shop' }), ['Ship']);
      assert.deepEqual(await insight.names({ application: 'none' }), []);
      assert.deepEqual(await insight.tagNames(), ['channel', 'tenant']);
      assert.deepEqual(await insight.tagNames({ application: 'shop' }), ['lane', 'tenant']);
      const all = ['east', 'north', 'north-east', 'south', 'été'];
      assert.deepEqual(await insight.tagValues({ tag: 'tenant' }), all);
      assert.deepEqual(
        await insight.tagValues({ tag: 'tenant', prefix: 'north' }),
        all.slice(1, 3),
      );
      assert.deepEqual(await insight.tagValues({ tag: 'tenant', limit: 1 }), ['east']);
      assert.deepEqual(await insight.tagValues({ tag: 'lane' }), []);
      assert.deepEqual(await insight.tagValues({ tag: 'tenant', application: 'shop' }), ['x']);
    },
  ),

  insightCase('find tells ids that begin so, then keys', async (insight, journal) => {
    const as = (id: string, over: object = {}) => created(journal, { id, ...over });
    await as('order-2');
    await as('order-1', { name: 'PlaceOrder' });
    await as('order-10', { key: 'order-of-ann' });
    await as('Order-3');
    await as('orders', { application: 'shop' });
    await as('zebra', { key: 'order-key' });
    await as('an order-1');
    await as('été-1');
    await as('50%_off');
    const found = async (text: string, over: object = {}): Promise<readonly string[]> =>
      idsIn(await insight.find({ text, ...over }));
    assert.deepEqual(await found('order-'), ['order-1', 'order-10', 'order-2', 'zebra']);
    assert.deepEqual(await found('order-', { limit: 2 }), ['order-1', 'order-10']);
    assert.deepEqual(await found('order-', { names: ['PlaceOrder'] }), ['order-1']);
    assert.deepEqual(await found('order-', { names: [] }), []);
    assert.deepEqual(await found('order-of'), ['order-10']);
    assert.deepEqual(await found('zebra'), ['zebra']);
    assert.deepEqual(await found('ét'), ['été-1']);
    for (const text of ['%', '_', 'order_', '50_', "' OR 1=1 --", 'order-\u{10ffff}']) {
      assert.deepEqual(await found(text), [], text);
    }
    assert.deepEqual(await found('50%'), ['50%_off']);
    assert.deepEqual(await found('order', { application: 'shop' }), ['orders']);
    const [first] = await insight.find({ text: 'order-1' });
    assert.deepEqual(
      first,
      await rowOf(journal, { name: 'PlaceOrder', id: 'order-1' }),
      'whole rows',
    );
  }),

  insightCase('changes tell what was written since', async (insight, journal) => {
    const before = await created(journal);
    const told: SagaRef[] = [];
    let { refs, isPartial, cursor } = await insight.changes();
    assert.deepEqual([refs, isPartial], [[], false], 'it begins now');
    const next = async (over: object = {}): Promise<SagaChanges> => {
      const answer = await insight.changes({ cursor, ...over });
      ({ refs, isPartial, cursor } = answer);
      return answer;
    };
    const untold = await created(journal);
    assert.deepEqual((await next()).refs, [refOf(untold)], 'a new one');
    await journal.append(batchOf(before, [2, 3]));
    await journal.append(batchOf(before, [4], { status: 'parked' }));
    const other = await created(journal, { name: 'PlaceOrder' });
    await created(journal, { application: 'shop' });
    told.push(...(await next()).refs);
    const ids = idsIn(told);
    assert.deepEqual(
      ids.filter((id) => id === before.id),
      [before.id],
      'each once',
    );
    assert.ok(ids.includes(other.id));
    assert.ok(ids.indexOf(other.id) < ids.indexOf(before.id), 'the newest first');
    assert.ok(
      told.every(({ application }) => application === ''),
      'of its own application',
    );
    assert.equal(isPartial, false);
    await created(journal);
    const last = await created(journal, { name: 'PlaceOrder' });
    const newest = await insight.changes({ cursor, limit: 1 });
    assert.deepEqual([newest.refs, newest.isPartial], [[refOf(last)], true]);
    const named = await insight.changes({ cursor, names: ['PlaceOrder'] });
    assert.ok(named.refs.some(({ id }) => id === last.id));
    assert.ok(named.refs.every(({ name }) => name === 'PlaceOrder'));
    assert.deepEqual((await insight.changes({ cursor, names: [] })).refs, []);
    const unknown = await insight.changes({ cursor: 'of another store' });
    assert.deepEqual([unknown.refs, unknown.isPartial], [[], true], 'nobody knows since when');
    assert.deepEqual((await insight.changes({ cursor: unknown.cursor })).isPartial, false);
  }),

  insightCase('what was forgotten is no change, and hides none', async (insight, journal) => {
    const { cursor } = await insight.changes();
    const gone = await settled(journal, 'completed');
    const kept = await settled(journal, 'completed');
    const after = await insight.changes({ cursor });
    await journal.forget({ ref: refOf(gone) });
    await journal.forget({ ref: refOf(kept) });
    const news = await created(journal);
    const last = await insight.changes({ cursor: after.cursor });
    assert.ok(last.isPartial || last.refs.some(({ id }) => id === news.id));
    assert.ok(last.refs.every(({ id }) => id === news.id));
  }),

  insightCase('what others write hides no change without a word', async (insight, journal) => {
    const { cursor } = await insight.changes();
    const { name, id } = await created(journal);
    // More than any journal looks through.
    for (let wave = 0; wave < 6; wave += 1) {
      const others = Array.from({ length: 900 }, () => created(journal, { application: 'shop' }));
      await Promise.all(others);
    }
    const { refs, isPartial } = await insight.changes({ cursor, names: [name] });
    assert.ok(isPartial || refs.some((ref) => ref.id === id));
    const none = await insight.changes({ cursor, names: ['PlaceOrder'] });
    assert.deepEqual(none.refs, []);
  }),

  insightCase('records are told without payloads, in the order asked', async (insight, journal) => {
    const one = await created(journal);
    await journal.append(batchOf(one, [2, 3]));
    await journal.append(batchOf(one, [4]));
    const two = await created(journal, { application: 'shop' });
    const missing = { name: 'TransferMoney', id: 'nobody' };
    const heads = (seqs: readonly number[]) =>
      seqs.map((seq) => entryOf(seq)).map(({ at, epoch, head, seq }) => ({ seq, at, epoch, head }));
    assert.deepEqual(await insight.records([refOf(two), missing, refOf(one)]), [
      { ref: refOf(two), entries: heads([1]) },
      { ref: refOf(one), entries: heads([1, 2, 3, 4]) },
    ]);
    assert.deepEqual(await insight.records([]), []);
  }),

  insightCase('payloads are those of the one saga', async (insight, journal) => {
    const saga = await created(journal, { input: '{"amount":12}' });
    await journal.append(batchOf(saga, [2, 3, 4]));
    await created(journal, { application: 'shop', id: saga.id });
    const of = [2, 4].map((seq) => entryOf(seq));
    assert.deepEqual(await insight.payloads(refOf(saga)), {
      input: '{"amount":12}',
      entries: of.map(({ seq, result, context }) => ({ seq, result, context })),
    });
    assert.equal(await insight.payloads({ name: 'TransferMoney', id: 'nobody' }), undefined);
  }),

  insightCase('a dry run tells what a bulk act would concern', async (insight, journal) => {
    const north = { tags: { tenant: 'north' } };
    const doubt = { reason: 'in-doubt' } as const;
    const made: string[] = [];
    for (let at = 0; at < 22; at++)
      made.unshift((await settled(journal, 'parked', north, doubt)).id);
    made.unshift((await settled(journal, 'parked', north)).id);
    made.unshift((await settled(journal, 'completed', north)).id);
    await settled(journal, 'parked', { ...north, application: 'shop' });
    await settled(journal, 'parked', {}, doubt);
    const all = await insight.dryRun(north);
    assert.deepEqual([all.sagas, all.isCapped], [24, false]);
    sameItems(all.groups, [
      { status: 'parked', parkReason: 'in-doubt', sagas: 22 },
      { status: 'parked', parkReason: null, sagas: 1 },
      { status: 'completed', parkReason: null, sagas: 1 },
    ]);
    assert.deepEqual(idsIn(all.first), made.slice(0, 20), 'the newest');
    const some = await insight.dryRun({ ...north, parkReason: 'in-doubt', limit: 1 });
    assert.deepEqual([some.sagas, some.first.length], [22, 20]);
    const none = await insight.dryRun({ name: 'Nothing' });
    assert.deepEqual(none, { sagas: 0, isCapped: false, groups: [], first: [] });
  }),
];
