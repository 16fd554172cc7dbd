import { join } from 'node:path';
import { memoryJournal } from 'nestjs-saga-orchestrator';
import type { Journal, SagaEngine } from 'nestjs-saga-orchestrator/core';
import { postgresJournal } from 'nestjs-saga-orchestrator/postgres';
import { sqliteJournal } from 'nestjs-saga-orchestrator/sqlite';
import { SAGA_ENGINE } from '../../lib/nest/index.js';
import { postgresStore } from '../journals/postgres-store.js';
import { removeTempFolders, tempFolder } from '../journals/temp-folder.js';
import { Agency, ANN, PLACES, SignedInGuard, type Setting } from './app.js';
import { world, type Fate } from './trips.js';

const STUCK: Fate = { ChargeCard: 'no', 'undo ReserveFlight': 'no' };
const PARKED = { act: 'retry-undos', filter: { status: 'parked' } };
const GO = { ...PARKED, reason: 'The airline is back' };

const postgres = postgresStore(['fsync=off']);
afterEach(() => (world.isRepaired = false));
afterAll(removeTempFolders);

type Dashboard = NonNullable<Setting['dashboard']>;
const ALL: Dashboard = { guards: [SignedInGuard], can: () => true };

const JOURNALS: readonly (readonly [name: string, journal: () => Journal])[] = [
  ['memory', memoryJournal],
  ['SQLite', () => sqliteJournal({ file: join(tempFolder(), 'sagas.db') })],
  [
    'Postgres',
    () => postgresJournal({ connectionString: postgres.server.url, schema: postgres.schema() }),
  ],
];

/** With one that is done, two whose undo failed, one past its pivot and one that waits for a word. */
async function busy(setting: Setting = {}): Promise<Agency> {
  const agency = await Agency.open({ dashboard: ALL, sagas: { worker: false }, ...setting });
  await agency.book('done');
  for (const id of ['t-1', 't-2']) await agency.book(id, STUCK);
  await agency.book('past', { NotifyPartner: 'busy' });
  await agency.onboard('doubt', { SendWelcome: 'lost' });
  return agency;
}

async function told<T = any>(answer: Promise<Response>): Promise<T> {
  const { status } = await answer;
  expect(status).toBe(200);
  return (await (await answer).json()) as T;
}

const dryRun = (agency: Agency, asked: object = PARKED) =>
  told(agency.bulk({ ...asked, dryRun: true }));
const go = (agency: Agency, asked: object) => told<{ bulk: string }>(agency.bulk(asked));
const refusal = async (agency: Agency, asked: object) => {
  const answer = await agency.bulk(asked);
  return [answer.status, ((await answer.json()) as { error: string }).error];
};
const progress = (agency: Agency, bulk: string) => agency.read(`/api/bulk?bulk=${bulk}`);
const ids = (rows: readonly { id: string }[]) => rows.map(({ id }) => id).sort();

describe.each(JOURNALS)('one act for many, on %s', (_, journal) => {
  it('says what it would do, leaves a request for each, and tells what became of them', async () => {
    const kept = journal();
    const agency = await busy({ sagas: { journal: kept, worker: { pollMs: 100 } } });
    const dry = await dryRun(agency);
    expect(dry).toMatchObject({ found: 4, isCapped: false, takes: 2 });
    expect(ids(dry.first)).toEqual(['t-1', 't-2']);
    expect(dry.refused).toMatchObject([
      { why: 'it has not begun to undo its steps; cancel it first', sagas: 2 },
    ]);
    expect(ids(dry.refused[0].first)).toEqual(['doubt', 'past']);
    expect((await agency.read('/api/audit')).open).toEqual([]);

    world.isRepaired = true;
    const left = await go(agency, { ...GO, confirm: 2 });
    expect(left).toEqual({ ok: true, bulk: expect.any(String), requests: 2, failed: 0 });
    let now = await progress(agency, left.bulk);
    while (now.waiting + now.inHand > 0) now = await progress(agency, left.bulk);
    expect(now).toMatchObject({
      ...{ bulk: left.bulk, by: ANN, act: 'retry-undos', reason: GO.reason },
      ...{ requests: 2, done: 2, refused: [] },
    });
    const { entries } = await agency.read('/api/audit');
    expect(entries).toHaveLength(2);
    for (const entry of entries)
      expect(entry).toMatchObject({
        ...{ by: ANN, reason: GO.reason, act: 'retry-compensation' },
        ...{ origin: 'dashboard', outcome: 'done' },
      });
  });

  it('says of those that were refused meanwhile why', async () => {
    const kept = journal();
    const agency = await busy({ sagas: { journal: kept, worker: false } });
    const { bulk } = await go(agency, { ...GO, confirm: 2 });
    const why = { by: 'eve', reason: 'settled' };
    for (const id of ['t-1', 't-2'])
      await agency.operations.markCompensated('BookTrip', id, 'ReserveFlight', why);
    await Agency.open({ sagas: { journal: kept, worker: { pollMs: 100 } } });
    let now = await progress(agency, bulk);
    while (now.waiting + now.inHand > 0) now = await progress(agency, bulk);
    expect(now).toMatchObject({ done: 0, requests: 2 });
    expect(now.refused).toMatchObject([
      { outcome: 'refused', why: expect.stringMatching(/^it is compensat/), sagas: 2 },
    ]);
    expect(ids(now.refused[0].first)).toEqual(['t-1', 't-2']);
  });
});

describe('a bulk act that was a mistake', () => {
  const BACK = { reason: 'The wrong filter' };

  it.each(JOURNALS)('is taken back, but for what somebody has taken, on %s', async (_, journal) => {
    const kept = journal();
    const agency = await busy({ sagas: { journal: kept, worker: false } });
    const { bulk } = await go(agency, { ...GO, confirm: 2 });
    const other = await go(agency, {
      act: 'forget',
      filter: { tag: 'channel=app' },
      reason: 'old',
      confirm: 9,
    });
    const acts = ['retry-compensation'] as const;
    const take = { owner: 'o', names: ['BookTrip'], acts, actsOnAny: [], except: [], limit: 1 };
    await kept.heartbeat('o', 60_000);
    const [taken] = await kept.operators.take(take);
    expect(await told(agency.bulk({ withdraw: bulk, ...BACK }))).toEqual({
      ok: true,
      withdrawn: 1,
      inHand: 1,
    });
    const [one] = ['t-1', 't-2'].filter((id) => id !== taken?.id);
    expect(await progress(agency, bulk)).toMatchObject({
      ...{ requests: 2, waiting: 0, inHand: 1, done: 0 },
      refused: [{ outcome: 'withdrawn', why: `${ANN}: ${BACK.reason}`, first: [{ id: one }] }],
    });
    expect(await progress(agency, other.bulk)).toMatchObject({ waiting: 5 });
    const { entries } = await agency.read('/api/audit');
    expect(entries).toMatchObject([
      { id: one, outcome: 'withdrawn', message: `${ANN}: ${BACK.reason}` },
    ]);
  });

  it('is so by whoever may do that, and sees it, with a reason', async () => {
    const journal = memoryJournal();
    const sagas = { journal, worker: false };
    const agency = await busy({ sagas });
    const { bulk } = await go(agency, { ...GO, confirm: 2 });
    const by = async (dashboard: Dashboard, asked: object = {}) => {
      const desk = await Agency.open({ sagas, dashboard: { ...ALL, ...dashboard } });
      return (await refusal(desk, { withdraw: bulk, ...BACK, ...asked }))[0];
    };
    expect(await by({ readOnly: true })).toBe(403);
    expect(await by({ can: (_, act) => act !== 'bulk' })).toBe(403);
    expect(await by({ scope: () => ({ names: ['OnboardTenant'] }) })).toBe(404);
    expect(await by({ scope: () => ({ tags: { a: 'b' } }), actor: () => 'bob' })).toBe(404);
    expect(await by({}, { reason: 'ok' })).toBe(400);
    expect(await by({}, { withdraw: 7 })).toBe(400);
    expect(await by({}, { withdraw: 'none' })).toBe(404);
    expect(await by({}, { withdraw: '\u0000' })).toBe(400);
    expect(await progress(agency, bulk)).toMatchObject({ waiting: 2 });
    const own = { ...ALL, scope: () => ({ tags: { a: 'b' } }) };
    const desk = await Agency.open({ sagas, dashboard: own });
    expect(await told(desk.bulk({ withdraw: bulk, ...BACK }))).toMatchObject({ withdrawn: 2 });
  });
});

it('reaches sagas that only other processes know', async () => {
  const journal = memoryJournal();
  const agency = await busy({ sagas: { journal, worker: { pollMs: 100 } } });
  const desk = await Agency.open({ dashboard: ALL, sagas: { journal, worker: false }, knows: [] });
  expect(await dryRun(desk)).toMatchObject({ found: 4, takes: 2 });
  world.isRepaired = true;
  const { bulk } = await go(desk, { ...GO, confirm: 2 });
  while ((await progress(desk, bulk)).done < 2);
  for (const id of ['t-1', 't-2'])
    expect((await agency.operations.get('BookTrip', id))?.status).toMatch(/^compensat/);
});

it('tells what waits, and of which sagas; each request says of which bulk act it is', async () => {
  const agency = await busy();
  const { bulk } = await go(agency, { ...GO, confirm: 2 });
  expect(await progress(agency, bulk)).toMatchObject({
    ...{ requests: 2, waiting: 2, inHand: 0, done: 0, names: ['BookTrip'] },
  });
  const { open } = await agency.read('/api/audit');
  expect(open).toMatchObject([{ bulk }, { bulk }]);
});

it('cancels, resumes and forgets, too', async () => {
  const agency = await busy();
  await agency.begin('slow', { ReserveCar: 'slow' });
  const takes = async (act: string, filter: object) => {
    const dry = await dryRun(agency, { act, filter });
    return [dry.first.map(({ id }: { id: string }) => id).sort(), dry.takes, dry.found];
  };
  expect(await takes('cancel', { name: 'BookTrip' })).toEqual([['slow'], 1, 5]);
  expect(await takes('resume', { reason: 'failed-after-pivot' })).toEqual([['past'], 1, 1]);
  const all = ['done', 'doubt', 'past', 't-1', 't-2'];
  expect(await takes('forget', { tag: 'channel=app' })).toEqual([all, 5, 6]);
});

describe('which sagas', () => {
  it.each([
    ['no act', { act: undefined }, /none for many/],
    ['an act for one saga alone', { act: 'terminate' }, /none for many/],
    ['a mark', { act: 'mark-done' }, /none for many/],
    ['a name of an object', { act: 'toString' }, /none for many/],
    ['no filter', { filter: undefined }, /needs a filter/],
    ['an empty filter', { filter: {} }, /needs a filter/],
    ['conditions that are empty', { filter: { name: '', tag: '' } }, /needs a filter/],
    ['a filter of a time alone that is over', { filter: { before: '1' } }, /needs a filter/],
    ['a search, which finds by how ids begin', { filter: { q: 't-' } }, /no condition 'q'/],
    ['a limit', { filter: { status: 'parked', limit: '1' } }, /no condition 'limit'/],
    ['a status that is none', { filter: { status: 'stuck' } }, /status must be of/],
    ['a list of tags', { filter: { tag: [] } }, /tag must be a text/],
    ['a number', { filter: { name: 7 } }, /name must be a text/],
    ['a dry run that is neither', { dryRun: 'yes' }, /dryRun must be true/],
  ])('are refused with %s', async (_name, change, why) => {
    const agency = await Agency.open({ dashboard: ALL });
    expect(await refusal(agency, { ...PARKED, dryRun: true, ...change })).toEqual([
      400,
      expect.stringMatching(why),
    ]);
  });

  it('are those that were there at the dry run: others that come are not meant', async () => {
    const agency = await busy();
    const { before } = await dryRun(agency);
    const filter = { ...PARKED.filter, before: String(before) };
    await new Promise((resolve) => setTimeout(resolve, 5));
    await agency.book('t-3', STUCK);
    expect(await dryRun(agency, { ...PARKED, filter })).toMatchObject({ found: 4, before });
    expect(await go(agency, { ...GO, filter, confirm: 2 })).toMatchObject({ requests: 2 });
  });

  it('are never more than were typed', async () => {
    const agency = await busy();
    await agency.book('t-3', STUCK);
    expect(await refusal(agency, { ...GO, confirm: 2 })).toEqual([
      409,
      expect.stringContaining('more than 2'),
    ]);
    expect((await agency.read('/api/audit')).open).toEqual([]);
    expect(await go(agency, { ...GO, confirm: 5 })).toMatchObject({ requests: 3 });
  });

  it('are not those for which somebody has asked already', async () => {
    const agency = await busy();
    await go(agency, { ...GO, confirm: 2 });
    const dry = await dryRun(agency);
    expect(dry).toMatchObject({ takes: 0, found: 4 });
    expect(dry.refused).toContainEqual(
      expect.objectContaining({ why: 'somebody has asked for that already', sagas: 2 }),
    );
    expect(await refusal(agency, { ...GO, confirm: 2 })).toEqual([
      409,
      'None of them takes it any more',
    ]);
    // Something else may be asked for.
    expect(await dryRun(agency, { ...PARKED, act: 'forget' })).toMatchObject({ takes: 4 });
  });

  it('are at most 10,000', async () => {
    const agency = await busy();
    const all = await agency.operations.list({ status: 'parked', limit: 4 });
    let pages = 0;
    const list = jest
      .spyOn(agency.operations, 'list')
      .mockImplementation(async ({ limit = 50 } = {}) => ({
        sagas: Array.from({ length: limit }, () => all.sagas[pages % 4]!),
        nextCursor: String((pages += 1)),
      }));
    const dry = await dryRun(agency);
    expect(dry).toMatchObject({ found: 10_000, isCapped: true, takes: 0, refused: [] });
    expect(dry.first).toHaveLength(20);
    expect(await refusal(agency, { ...GO, confirm: 10_000 })).toEqual([
      409,
      expect.stringContaining('more than 10000'),
    ]);
    list.mockRestore();
    expect((await agency.read('/api/audit')).open).toEqual([]);
  });
});

it('lets others have their turn while it looks at many', async () => {
  const agency = await busy();
  const { sagas } = await agency.operations.list({ status: 'parked', limit: 1 });
  const all = Array.from({ length: 1_000 }, () => sagas[0]!);
  let turns = 0;
  let isOver = false;
  jest.spyOn(agency.operations, 'list').mockImplementation(async () => {
    const count = (): void => void (isOver || ((turns += 1), setImmediate(count)));
    setImmediate(count);
    return { sagas: all };
  });
  const { operators } = agency.app.get<SagaEngine>(SAGA_ENGINE);
  jest.spyOn(operators!, 'requests').mockImplementation(async () => ({ requests: [] }));
  const forget = { act: 'forget', filter: { status: 'parked' } };
  expect(await dryRun(agency, forget)).toMatchObject({ takes: 1_000 });
  isOver = true;
  expect(turns).toBeGreaterThanOrEqual(10);
});

describe.each(PLACES)('a bulk act, %j', (place) => {
  it('must come from a page of the dashboard, also a dry run', async () => {
    const agency = await busy(place);
    for (const asked of [
      { ...PARKED, dryRun: true },
      { ...GO, confirm: 2 },
    ]) {
      const type = { 'content-type': 'text/plain' };
      expect([403, 415]).toContain((await agency.bulk(asked, type)).status);
      expect((await agency.bulk(asked, { 'x-saga-dashboard': '' })).status).toBe(403);
      for (const site of ['cross-site', 'same-site', 'none'])
        expect((await agency.bulk(asked, { 'sec-fetch-site': site })).status).toBe(403);
    }
    expect((await agency.read('/api/audit')).open).toEqual([]);
  });

  it('is guarded', async () => {
    const agency = await Agency.open(place);
    expect((await agency.bulk({ ...PARKED, dryRun: true }, { 'x-user': '' })).status).toBe(403);
    const answer = await agency.ask('/api/bulk?bulk=b', { headers: { 'x-user': '' } });
    expect(answer.status).toBe(403);
  });

  it('without a guard is asked of this machine alone, and of nobody without a name', async () => {
    const agency = await Agency.open({ ...place, dashboard: { can: () => true } });
    const far = { 'x-forwarded-for': '10.0.0.7' };
    expect((await agency.bulk({ ...PARKED, dryRun: true }, far)).status).toBe(403);
    expect(await refusal(agency, { ...PARKED, dryRun: true })).toEqual([
      403,
      expect.stringContaining('Nobody is signed in'),
    ]);
  });
});

describe('who may', () => {
  it.each([
    ['nobody by default', { guards: [SignedInGuard] }, /may not do that here: bulk/],
    ['nobody where it is read-only', { ...ALL, readOnly: true }, /read-only/],
    [
      'nobody who may do all but that',
      { ...ALL, can: (_: unknown, act: string) => act !== 'bulk' },
      /may not do that here: bulk/,
    ],
  ])('%s', async (_name, dashboard, why) => {
    const agency = await busy({ dashboard });
    for (const asked of [
      { ...PARKED, dryRun: true },
      { ...GO, confirm: 2 },
    ])
      expect(await refusal(agency, asked)).toEqual([403, expect.stringMatching(why)]);
    expect((await agency.read('/api/audit')).open).toEqual([]);
  });

  it('leaves alone those that he may not do it to', async () => {
    const asked: string[] = [];
    const can: Dashboard['can'] = async (_ctx, act, saga) => {
      if (saga !== undefined) asked.push(act);
      return act !== 'retry-undos' || saga?.id === 't-1';
    };
    const agency = await busy({ dashboard: { ...ALL, can } });
    const dry = await dryRun(agency);
    expect([ids(dry.first), asked]).toEqual([['t-1'], Array(4).fill('retry-undos')]);
    expect(dry.refused).toMatchObject([{ why: 'you may not do that to it', sagas: 3 }]);
    const { bulk } = await go(agency, { ...GO, confirm: 9 });
    expect((await agency.read('/api/audit')).open).toMatchObject([{ id: 't-1', bulk }]);
  });

  it.each([
    [{ tags: { tenant: 'globex' } }, { status: 'parked' }, ['doubt', 't-1', 't-2']],
    [{ names: ['BookTrip', 'Nothing'] }, { status: 'parked' }, ['past', 't-1', 't-2']],
    [{ names: ['BookTrip'] }, { name: 'OnboardTenant' }, []],
    [{ names: [] }, { status: 'parked' }, []],
    [{ tags: { tenant: 'globex' } }, { tag: 'tenant=hooli' }, []],
  ])('acts inside his scope alone: %j, %j', async (own, filter, expected) => {
    const dashboard: Dashboard = { ...ALL, scope: () => own };
    const agency = await Agency.open({ dashboard, sagas: { worker: false } });
    for (const id of ['t-1', 't-2']) await agency.book(id, STUCK);
    await agency.book('past', { NotifyPartner: 'busy' });
    await agency.onboard('doubt', { SendWelcome: 'lost' });
    const dry = await dryRun(agency, { act: 'forget', filter });
    expect(ids(dry.first)).toEqual(expected);
  });

  it('sees what becomes of it inside his scope; where tags decide, who has asked for it', async () => {
    const journal = memoryJournal();
    const sagas = { journal, worker: false };
    const agency = await busy({ sagas });
    const { bulk } = await go(agency, { ...GO, confirm: 2 });
    const seenBy = async (scope: object, headers = {}) => {
      const desk = await Agency.open({ sagas, dashboard: { ...ALL, scope: () => scope } });
      return (await desk.ask(`/api/bulk?bulk=${bulk}`, { headers })).status;
    };
    const bob = { 'x-user': 'bob@shop.example' };
    expect(await seenBy({}, bob)).toBe(200);
    expect(await seenBy({ names: ['BookTrip'] }, bob)).toBe(200);
    expect(await seenBy({ names: ['OnboardTenant'] }, bob)).toBe(404);
    expect(await seenBy({ tags: { tenant: 'hooli' } }, bob)).toBe(404);
    expect(await seenBy({ tags: { tenant: 'hooli' } })).toBe(200);
    expect((await agency.ask('/api/bulk?bulk=none')).status).toBe(404);
    expect((await agency.ask('/api/bulk')).status).toBe(400);
  });
});

describe('a confirmation', () => {
  it.each([
    ['without why', { reason: '' }],
    ['with a reason that is too short', { reason: 'ok ' }],
    ['with a reason that is too long', { reason: 'x'.repeat(1_001) }],
    ['with a reason that no journal keeps', { reason: 'the bank\u0000 is back' }],
    ['without a count', { confirm: undefined }],
    ['with a count that is a text', { confirm: '2' }],
    ['of none', { confirm: 0 }],
    ['of a part', { confirm: 1.5 }],
  ])('is refused %s', async (_name, change) => {
    const agency = await busy();
    const [status] = await refusal(agency, { ...GO, confirm: 2, ...change });
    expect(status).toBe(400);
    expect((await agency.read('/api/audit')).open).toEqual([]);
  });

  it('is done in the name that the server knows', async () => {
    const agency = await busy();
    await go(agency, { ...GO, confirm: 2, by: 'mallory', actor: 'mallory', origin: 'app' });
    const { requests } = await agency.operations.requests();
    expect(requests).toMatchObject(Array(2).fill({ by: ANN, origin: 'dashboard' }));
  });
});

it('is done one at a time in a process, and counts among the acts of a second', async () => {
  const agency = await busy();
  const second = jest.spyOn(Date, 'now').mockReturnValue(Date.now());
  const answers = await Promise.all(
    Array.from({ length: 12 }, () => agency.bulk({ ...PARKED, dryRun: true })),
  );
  const texts = await Promise.all(answers.map((answer) => answer.text()));
  expect(answers.map(({ status }) => status)).toContain(200);
  expect(texts.filter((text) => text.includes('Too many acts'))).toHaveLength(2);
  second.mockReturnValue(Date.now() + 1_000);
  let ends = (): void => undefined;
  const held = new Promise<void>((resolve) => (ends = resolve));
  const list = agency.operations.list.bind(agency.operations);
  const slow = jest.spyOn(agency.operations, 'list').mockImplementation(async (filter) => {
    await held;
    return list(filter);
  });
  const first = agency.bulk({ ...PARKED, dryRun: true });
  while (slow.mock.calls.length === 0) await new Promise(setImmediate);
  expect(await refusal(agency, { ...PARKED, dryRun: true })).toEqual([
    429,
    expect.stringContaining('Another bulk act'),
  ]);
  ends();
  expect((await first).status).toBe(200);
  second.mockRestore();
});

it('says how many requests could not be left', async () => {
  const agency = await busy();
  const { operators } = agency.app.get<SagaEngine>(SAGA_ENGINE);
  const request = operators!.request.bind(operators);
  jest.spyOn(operators!, 'request').mockImplementation(async (ref, ...more) => {
    if (ref.id === 't-1') throw new Error('The disk is full');
    return request(ref, ...more);
  });
  expect(await go(agency, { ...GO, confirm: 2 })).toMatchObject({ requests: 1, failed: 1 });
});
