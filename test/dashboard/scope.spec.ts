import { Agency, SignedInGuard, type Setting } from './app.js';

type Scope = NonNullable<NonNullable<Setting['dashboard']>['scope']>;

/** Ids of odd length are globex's, of even length hooli's. */
async function agencyWith(scope: ReturnType<Scope>, sagas: Setting['sagas'] = {}): Promise<Agency> {
  const dashboard = { guards: [SignedInGuard], scope: () => scope };
  const agency = await Agency.open({ dashboard, sagas });
  for (const id of ['abc', 'ab', 'abcde', 'abcd']) await agency.book(id);
  await agency.onboard('xyz', { SendWelcome: 'lost' });
  await agency.onboard('xy', { SendWelcome: 'lost' });
  return agency;
}

const ids = ({ sagas }: { sagas: { id: string }[] }) => sagas.map(({ id }) => id).sort();

it('shows only sagas of its names and tags, in every list', async () => {
  const agency = await agencyWith({ names: ['BookTrip'], tags: { tenant: 'hooli' } });
  expect(ids(await agency.read('/api/sagas'))).toEqual(['ab', 'abcd']);
  expect(ids(await agency.read('/api/sagas?name=OnboardTenant'))).toEqual([]);
  expect(ids(await agency.read('/api/sagas?tag=tenant=globex'))).toEqual([]);
  expect(ids(await agency.read('/api/sagas?q=abcde'))).toEqual([]);
  expect(ids(await agency.read('/api/sagas?q=booking-abcde'))).toEqual([]);
  expect(ids(await agency.read('/api/sagas?q=booking-ab'))).toEqual(['ab', 'abcd']);
  expect(ids(await agency.read('/api/parked'))).toEqual([]);
  expect((await agency.read('/api/badge')).parked).toBe(0);
  expect((await agency.read('/api/overview')).attention).toEqual([]);
  expect((await agency.read('/api/meta')).names).toEqual(['BookTrip']);
  expect((await agency.read('/api/plans')).plans).toHaveLength(1);
});

it('answers 404 for what is outside, as for what is not there', async () => {
  const agency = await agencyWith({ tags: { tenant: 'hooli' } });
  const answers = await Promise.all(
    ['abc', 'gone'].map(async (id) => {
      const answer = await agency.ask(`/api/saga?name=BookTrip&id=${id}`);
      return [answer.status, (await answer.text()).replace(id, '…')];
    }),
  );
  expect(answers[0]?.[0]).toBe(404);
  expect(answers[0]).toEqual(answers[1]);
  const act = { act: 'cancel', name: 'OnboardTenant', id: 'xyz', reason: 'because' };
  expect((await agency.act(act)).status).toBe(404);
  expect((await agency.ask('/api/payload?name=BookTrip&id=abc')).status).toBe(404);
});

it('reads page after page where several names are allowed', async () => {
  const agency = await agencyWith({ names: ['BookTrip', 'Other'] });
  const first = await agency.read('/api/sagas?limit=3');
  const second = await agency.read(`/api/sagas?limit=3&cursor=${first.nextCursor}`);
  expect([...ids(first), ...ids(second)].sort()).toEqual(['ab', 'abc', 'abcd', 'abcde']);
});

it.each([{ names: [] }, { names: ['Nothing'] }])('shows nothing to %j', async (scope) => {
  const agency = await agencyWith(scope);
  expect(ids(await agency.read('/api/sagas'))).toEqual([]);
});

it('shows what was done and asked for inside the scope alone', async () => {
  const scope = { names: ['OnboardTenant'], tags: { tenant: 'hooli' } };
  const agency = await agencyWith(scope, { worker: false });
  const why = { by: 'eve', reason: 'a test' };
  for (const id of ['xyz', 'xy']) {
    await agency.operations.markStepDone('OnboardTenant', id, 'SendWelcome', why);
    await agency.operations.request('OnboardTenant', id, { act: 'forget' }, why);
  }
  await agency.operations.forget('BookTrip', 'ab', why);
  const { entries, open } = await agency.read('/api/audit');
  expect(entries).toMatchObject([{ name: 'OnboardTenant', id: 'xy', act: 'mark-done' }]);
  expect(open).toMatchObject([{ name: 'OnboardTenant', id: 'xy', act: 'forget' }]);
});
