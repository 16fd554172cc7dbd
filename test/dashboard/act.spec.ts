import { memoryJournal, type SagaModuleOptions } from 'nestjs-saga-orchestrator';
import { SagaNewerError } from 'nestjs-saga-orchestrator/core';
import { Agency, ANN, PLACES, SignedInGuard, type Setting } from './app.js';
import { world } from './trips.js';

afterEach(() => (world.isRepaired = false));

async function parked(setting: Setting = {}): Promise<Agency> {
  const agency = await Agency.open(setting);
  await agency.book('t-1', { ChargeCard: 'no', 'undo ReserveFlight': 'no' });
  return agency;
}

const RETRY = { act: 'retry-undos', name: 'BookTrip', id: 't-1', reason: 'The airline is back' };

describe.each(PLACES)('a write, %j', (place) => {
  it('must come from a page of the dashboard', async () => {
    const agency = await parked(place);
    const asForm = { 'content-type': 'application/x-www-form-urlencoded' };
    const asText = { 'content-type': 'text/plain' };
    expect([403, 415]).toContain((await agency.act(RETRY, asForm)).status);
    expect([403, 415]).toContain((await agency.act(RETRY, asText)).status);
    expect((await agency.act(RETRY, { 'x-saga-dashboard': '' })).status).toBe(403);
    for (const site of ['cross-site', 'same-site', 'none'])
      expect((await agency.act(RETRY, { 'sec-fetch-site': site })).status).toBe(403);
    const { status } = (await agency.operations.get('BookTrip', 't-1')) ?? {};
    expect(status).toBe('parked');

    world.isRepaired = true;
    const answer = await agency.act(RETRY, { 'sec-fetch-site': 'same-origin' });
    expect([answer.status, await answer.json()]).toEqual([200, { ok: true }]);
  });

  it('is refused where it cannot be meant, and where the saga does not take it', async () => {
    const agency = await parked(place);
    expect((await agency.act({ ...RETRY, reason: '' })).status).toBe(400);
    expect((await agency.act({ ...RETRY, act: 'cancel' })).status).toBe(409);
  });

  it('is never a GET', async () => {
    const agency = await parked(place);
    expect((await agency.ask('/api/act')).status).toBe(404);
  });
});

it('is done in the name that the server knows, with the reason', async () => {
  const agency = await parked();
  world.isRepaired = true;
  const answer = await agency.act({ ...RETRY, by: 'mallory', actor: 'mallory' });
  expect(answer.status).toBe(200);
  const { saga } = await agency.read('/api/saga?name=BookTrip&id=t-1');
  expect(saga.timeline).toContainEqual(
    expect.objectContaining({ type: 'manual', by: ANN, reason: RETRY.reason }),
  );
});

it.each([
  ['no reason', { reason: '' }],
  ['a reason of spaces', { reason: '      ' }],
  ['a reason that is too short', { reason: 'ok' }],
  ['a reason that is too long', { reason: 'x'.repeat(1_001) }],
  ['an unknown act', { act: 'toString' }],
  ['no id', { id: undefined }],
  ['a mark without its step', { act: 'mark-compensated' }],
  ['a terminate whose id was not typed', { act: 'terminate' }],
  ['a terminate with another id', { act: 'terminate', confirm: 't-2' }],
  ['a forget whose id was not typed', { act: 'forget' }],
])('is refused with %s', async (_, change) => {
  const agency = await parked();
  const answer = await agency.act({ ...RETRY, ...change });
  expect([answer.status, await answer.json()]).toEqual([400, { error: expect.any(String) }]);
});

it('answers why a saga does not take it as it stands', async () => {
  const agency = await parked();
  await agency.book('t-2');
  const done = await agency.act({ ...RETRY, id: 't-2', act: 'cancel' });
  const { error, code } = (await done.json()) as Record<string, string>;
  expect([done.status, code]).toEqual([409, 'SAGA_STATE']);
  expect(error).toContain('its pivot step is done');
  expect((await agency.act({ ...RETRY, id: 'gone' })).status).toBe(404);
  expect((await agency.act({ ...RETRY, name: 'Nope' })).status).toBe(404);
});

it('carries out each act that it offers', async () => {
  const agency = await Agency.open({ dashboard: { guards: [SignedInGuard], can: () => true } });
  const act = (id: string, act: string, more: object = {}, name = 'BookTrip') =>
    agency.act({ act, name, id, reason: 'because', ...more });
  const ends = async (id: string, status: string, name = 'BookTrip') => {
    for (let i = 0; i < 100; i++) {
      if ((await agency.operations.get(name, id))?.status === status) return;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    throw new Error(`${id} is not ${status}`);
  };
  await agency.book('undone', { ChargeCard: 'no', 'undo ReserveFlight': 'no' });
  expect((await act('undone', 'mark-compensated', { label: 'ReserveFlight' })).status).toBe(200);
  await ends('undone', 'compensated');

  await agency.onboard('took', { SendWelcome: 'lost' });
  const result = { label: 'SendWelcome', result: { mail: 7 } };
  expect((await act('took', 'mark-done', result, 'OnboardTenant')).status).toBe(200);
  await ends('took', 'completed', 'OnboardTenant');

  await agency.onboard('not', { SendWelcome: 'lost' });
  const label = { label: 'SendWelcome' };
  expect((await act('not', 'mark-not-done', label, 'OnboardTenant')).status).toBe(200);
  expect((await act('not', 'cancel', {}, 'OnboardTenant')).status).toBe(200);
  await ends('not', 'compensated', 'OnboardTenant');

  await agency.book('past', { NotifyPartner: 'busy' });
  world.isRepaired = true;
  expect((await act('past', 'resume')).status).toBe(200);
  await ends('past', 'completed');
  world.isRepaired = false;

  await agency.begin('slow', { ReserveCar: 'slow' });
  expect((await act('slow', 'terminate', { confirm: 'slow' })).status).toBe(200);
  await ends('slow', 'parked');
  expect((await act('slow', 'forget', { confirm: 'slow' })).status).toBe(200);
  expect(await agency.operations.get('BookTrip', 'slow')).toBeUndefined();
});

describe('who may act', () => {
  it('nobody without a name, and the page says why', async () => {
    const agency = await parked({ dashboard: {} });
    const { readOnly, actor } = await agency.read('/api/meta');
    expect([actor, readOnly]).toEqual([undefined, expect.stringContaining('Nobody is signed in')]);
    const answer = await agency.act(RETRY);
    expect([answer.status, await answer.json()]).toEqual([403, { error: readOnly }]);
  });

  it('nobody where it is read-only', async () => {
    const agency = await parked({ dashboard: { guards: [SignedInGuard], readOnly: true } });
    expect(await agency.read('/api/meta')).toMatchObject({
      readOnly: expect.any(String),
      actor: ANN,
    });
    expect((await agency.act(RETRY)).status).toBe(403);
  });

  it('by default for all but forget and bulk', async () => {
    const agency = await parked();
    const { can } = await agency.read('/api/meta');
    const not = Object.entries(can).flatMap(([act, may]) => (may ? [] : [act]));
    expect(not).toEqual(['forget', 'bulk']);
    const forget = { ...RETRY, act: 'forget', confirm: 't-1' };
    expect((await agency.act(forget)).status).toBe(403);
  });

  it('whom `can` allows, for that saga: the server asks, whatever the page shows', async () => {
    const asked: unknown[] = [];
    const agency = await parked({
      dashboard: {
        guards: [SignedInGuard],
        can: async (ctx, act, saga) => {
          if (saga !== undefined) asked.push([act, saga.id, ctx.getType()]);
          return act === 'view';
        },
      },
    });
    expect((await agency.act(RETRY)).status).toBe(403);
    expect(asked).toEqual([['retry-undos', 't-1', 'http']]);
    const { status } = (await agency.operations.get('BookTrip', 't-1')) ?? {};
    expect(status).toBe('parked');
  });

  it('sees nothing without `view`', async () => {
    const agency = await parked({ dashboard: { guards: [SignedInGuard], can: () => false } });
    for (const path of ['meta', 'sagas', 'plans', 'overview', 'events'])
      expect((await agency.ask(`/api/${path}`)).status).toBe(403);
  });

  it('takes the name from `actor`, where one is given', async () => {
    const actor = async () => 'service-account';
    const agency = await parked({ dashboard: { guards: [SignedInGuard], actor } });
    expect(await agency.read('/api/meta')).toMatchObject({ actor: 'service-account' });
  });
});

it('lets ten acts through in a second', async () => {
  const agency = await parked();
  const second = jest.spyOn(Date, 'now').mockReturnValue(Date.now());
  const answers = await Promise.all(Array.from({ length: 14 }, () => agency.act(RETRY)));
  expect(answers.filter(({ status }) => status === 429)).toHaveLength(4);
  second.mockReturnValue(Date.now() + 1_000);
  expect((await agency.act(RETRY)).status).not.toBe(429);
  second.mockRestore();
});

describe('a saga that only other processes know', () => {
  /** A desk that knows no saga, beside an agency with one that is parked. */
  async function desk(worker: NonNullable<SagaModuleOptions['worker']>) {
    const journal = memoryJournal();
    const agency = await parked({ sagas: { journal, worker } });
    const sagas = { journal, worker: false };
    return { agency, desk: await Agency.open({ sagas, knows: [] }) };
  }
  const until = async (holds: () => Promise<boolean>) => {
    while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 20));
  };
  const saga = (agency: Agency) => agency.read('/api/saga?name=BookTrip&id=t-1');

  it('offers what its plan takes, and leaves it for one of them', async () => {
    const { desk: own } = await desk({ pollMs: 100 });
    const { offers } = (await saga(own)).saga;
    expect(offers[0]).toEqual({ act: 'retry-undos', fits: true });
    world.isRepaired = true;
    const answer = await own.act(RETRY);
    expect([answer.status, await answer.json()]).toEqual([
      200,
      { ok: true, request: expect.any(String) },
    ]);
    await until(async () => (await saga(own)).saga.status === 'compensated');
    const { timeline } = (await saga(own)).saga;
    expect(timeline).toContainEqual(expect.objectContaining({ by: ANN, reason: RETRY.reason }));
    await until(async () => (await own.read('/api/audit')).open.length === 0);
    expect((await own.read('/api/audit')).entries).toMatchObject([
      { act: 'retry-compensation', by: ANN, origin: 'dashboard', outcome: 'done', id: 't-1' },
    ]);
  });

  it('shows what waits: with the saga, in the inbox and in the audit', async () => {
    const { agency, desk: own } = await desk(false);
    const { request } = (await (await own.act(RETRY)).json()) as { request: string };
    const open = [{ request, act: 'retry-compensation', by: ANN, inHand: false, id: 't-1' }];
    expect(await saga(own)).toMatchObject({ requests: open });
    expect(await own.read('/api/parked')).toMatchObject({ open });
    expect(await own.read('/api/audit')).toMatchObject({ open, entries: [] });
    // Where the saga is known, it is done at once.
    expect(await (await agency.act({ ...RETRY, act: 'cancel' })).json()).toMatchObject({
      code: 'SAGA_STATE',
    });
  });

  it('says why it was not done', async () => {
    const { desk: own } = await desk({ pollMs: 100 });
    expect((await own.act({ ...RETRY, act: 'cancel' })).status).toBe(200);
    const done = async () => (await saga(own)).requests[0]?.outcome !== undefined;
    await until(done);
    expect((await saga(own)).requests).toMatchObject([
      { act: 'cancel', outcome: 'refused', message: expect.stringContaining('is parked') },
    ]);
  });
});

it('tells by one table how an error is answered, as the filter does', async () => {
  const agency = await parked();
  const newer = new SagaNewerError('Saga BookTrip is of a newer version');
  jest.spyOn(agency.operations, 'retryCompensation').mockRejectedValue(newer);
  const answer = await agency.act(RETRY);
  expect([answer.status, await answer.json()]).toEqual([
    503,
    { error: newer.message, code: 'SAGA_NEWER' },
  ]);
});

it('keeps an audit of what was done, by name and page by page', async () => {
  const agency = await Agency.open({ dashboard: { guards: [SignedInGuard], can: () => true } });
  expect(await agency.read('/api/meta')).toMatchObject({ audit: true });
  for (let i = 0; i < 60; i += 1) {
    await agency.book(`t-${i}`);
    const why = { by: i % 2 === 0 ? 'eve' : 'bob', reason: `case ${i}` };
    await agency.operations.forget('BookTrip', `t-${i}`, why);
  }
  const first = await agency.read('/api/audit');
  expect(first.entries).toHaveLength(50);
  expect(first.entries[0]).toMatchObject({ act: 'forget', by: 'bob', id: 't-59', origin: 'app' });
  const rest = await agency.read(`/api/audit?cursor=${first.nextCursor}`);
  expect(rest.entries).toHaveLength(10);
  expect(rest.nextCursor).toBeUndefined();
  const eves = await agency.read('/api/audit?by=eve');
  expect(new Set(eves.entries.map(({ by }: { by: string }) => by))).toEqual(new Set(['eve']));
  expect((await agency.ask('/api/audit?cursor=nonsense')).status).toBe(400);
});
