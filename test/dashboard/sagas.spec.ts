import { Agency } from './app.js';

it.each([
  ['limit=0', /limit/],
  ['limit=201', /limit/],
  ['limit=1.5', /limit/],
  ['status=nope', /status/],
  ['status=running,nope', /status/],
  ['reason=nope', /reason/],
  ['tag=nope', /tag/],
  ['after=yesterday', /after/],
  ['name=a&name=b', /name must be given once/],
  ['cursor=nonsense', /cursor/],
])('refuses a list that cannot be meant: %s', async (query, problem) => {
  const agency = await Agency.open();
  const answer = await agency.ask(`/api/sagas?${query}`);
  expect(answer.status).toBe(400);
  expect(((await answer.json()) as { error: string }).error).toMatch(problem);
});

it('lists by name, status, tag, key and time, page by page', async () => {
  const agency = await Agency.open();
  for (const id of ['a', 'b', 'c']) await agency.book(id, id === 'b' ? { ChargeCard: 'no' } : {});
  await agency.onboard('d');
  const ids = async (query: string) =>
    (await agency.read(`/api/sagas?${query}`)).sagas.map(({ id }: { id: string }) => id);
  expect(await ids('')).toEqual(['d', 'c', 'b', 'a']);
  expect(await ids('name=OnboardTenant')).toEqual(['d']);
  expect(await ids('status=compensated,parked')).toEqual(['b']);
  expect(await ids('key=booking-c')).toEqual(['c']);
  expect(await ids(`tag=${encodeURIComponent('tenant=globex')}&tag=channel=app`)).toHaveLength(4);
  expect(await ids(`after=${Date.now() + 60_000}`)).toEqual([]);
  const first = await agency.read('/api/sagas?limit=3');
  expect(first.sagas).toHaveLength(3);
  expect(await ids(`limit=3&cursor=${first.nextCursor}`)).toEqual(['a']);
});

it('lists those that were parked for a reason', async () => {
  const agency = await Agency.open();
  await agency.book('past', { NotifyPartner: 'busy' });
  await agency.onboard('doubt', { SendWelcome: 'lost' });
  const { sagas } = await agency.read('/api/sagas?reason=in-doubt,unreadable');
  expect(sagas).toMatchObject([{ id: 'doubt', parkReason: 'in-doubt' }]);
});

it('tells of each saga how its steps stand, and which error matters', async () => {
  const agency = await Agency.open();
  await agency.book('done');
  await agency.book('undone', { ChargeCard: 'no' });
  await agency.book('stuck', { ChargeCard: 'no', 'undo ReserveFlight': 'no' });
  const row = async (id: string) => (await agency.read(`/api/sagas?q=${id}`)).sagas[0];
  const marks = async (id: string) => (await row(id)).marks.map(({ is }: { is: string }) => is);
  expect(await marks('done')).toEqual(Array(6).fill('done'));
  expect(await marks('undone')).toEqual(['undone', 'undone', 'undone', 'failed', 'open', 'open']);
  expect(await marks('stuck')).toEqual([
    'undo-failed',
    'undone',
    'undone',
    'failed',
    'open',
    'open',
  ]);
  expect((await row('done')).failed).toBeUndefined();
  expect((await row('undone')).failed.label).toBe('ChargeCard');
  // It was parked by its undo, not by the step that began it.
  expect((await row('stuck')).failed).toEqual({
    label: 'ReserveFlight',
    message: expect.stringContaining('The airline refused'),
  });
});

it('knows ids that hold anything', async () => {
  const agency = await Agency.open();
  const id = 'a/b?c=d&e #%2F "ü"';
  await agency.book(id);
  const query = new URLSearchParams({ name: 'BookTrip', id });
  const { saga } = await agency.read(`/api/saga?${query.toString()}`);
  expect([saga.id, saga.account.standing.length]).toEqual([id, 6]);
});

it('works out the failure matrix of each plan', async () => {
  const agency = await Agency.open();
  const { plans, plan } = await agency.read('/api/plans');
  expect(plans.map(({ name }: { name: string }) => name)).toEqual(['BookTrip', 'OnboardTenant']);
  expect(plan.steps.map(({ label }: { label: string }) => label)).toHaveLength(6);
  const charge = plan.matrix.find(({ label }: { label: string }) => label === 'ChargeCard');
  expect(charge.cells[0]).toMatchObject({
    failure: 'says no',
    status: 'compensated',
    undone: ['ReserveCar', 'ReserveHotel', 'ReserveFlight'],
  });
  const other = plans[1];
  const key = `${other.name}@${other.version}@${other.fingerprint}`;
  const chosen = await agency.read(`/api/plans?plan=${encodeURIComponent(key)}`);
  expect(chosen.plan.name).toBe('OnboardTenant');
});
