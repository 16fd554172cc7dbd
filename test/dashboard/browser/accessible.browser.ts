import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Agency, SignedInGuard } from '../app.js';
import { BookTripSaga, trip } from '../trips.js';
import { SagaOrchestratorFactory } from 'nestjs-saga-orchestrator';
import { busyAgency } from './busy-agency.js';
import { visit } from './chromium.js';
import { clumsyParts, LOOKS, takePicture, violations } from './looks.js';

const VIEWS = {
  overview: '',
  sagas: 'sagas',
  saga: 'saga?name=BookTrip&id=trip-1302',
  probe: 'saga?name=BookTrip&id=trip-1303',
  running: 'saga?name=BookTrip&id=trip-1309',
  parked: 'parked',
  plans: 'plans',
  instances: 'instances',
  audit: 'audit',
  nothing: 'saga?name=BookTrip&id=gone',
};

const FOLDER = join(process.cwd(), 'coverage/dashboard');

let agency: Agency;
beforeAll(async () => {
  mkdirSync(FOLDER, { recursive: true });
  agency = await busyAgency({ dashboard: { guards: [SignedInGuard], can: () => true } });
});

/** On a phone the colours are those of the light look: what is laid out in another way is looked at. */
const ON_PHONES = ['sagas', 'saga', 'parked', 'audit'];

const CASES = Object.keys(LOOKS).flatMap((look) =>
  Object.entries(VIEWS)
    .filter(([view]) => look !== 'phone' || ON_PHONES.includes(view))
    .map(([view, path]) => [view, look, path] as const),
);

it.each(CASES)('%s, %s: axe finds nothing', async (view, look, path) => {
  const { page } = await visit(agency, path, LOOKS[look]);
  if (view === 'saga') await page.locator('button.bar.is-failed').first().click();
  if (view === 'plans') await page.locator('.cell').nth(3).click();
  expect(await violations(page)).toEqual([]);
});

it.each(Object.keys(LOOKS))('the dialog, %s: axe finds nothing', async (look) => {
  const { page } = await visit(agency, VIEWS.saga, LOOKS[look]);
  await page.getByRole('button', { name: 'Terminate' }).click();
  await page.getByRole('dialog').waitFor();
  expect(await violations(page)).toEqual([]);
  expect(await clumsyParts(page)).toEqual([]);
});

it.each(Object.keys(LOOKS))('requests that wait, %s: axe finds nothing', async (look) => {
  const desk = await Agency.open({ sagas: { worker: false } });
  // At a pace: bars of steps that take no time lie as close as chance has it.
  await desk.book('stuck', { ChargeCard: 'no', 'undo ReserveFlight': 'no' }, 100);
  const why = { by: 'ann@shop.example', reason: `The airline is back, ${'OPS-4711 '.repeat(20)}` };
  await desk.operations.request('BookTrip', 'stuck', { act: 'retry-compensation' }, why);
  for (const view of ['saga?name=BookTrip&id=stuck', 'parked', 'audit']) {
    const { page, complaints } = await visit(desk, view, LOOKS[look]);
    await page.getByRole('list', { name: 'Requests' }).waitFor();
    expect(await violations(page)).toEqual([]);
    expect(await clumsyParts(page)).toEqual([]);
    await takePicture(page, join(FOLDER, `asked-${view.slice(0, 4)}-${look}.png`));
    expect(complaints).toEqual([]);
  }
});

it.each(Object.keys(LOOKS))('takes texts as texts, and long ones too, %s', async (look) => {
  const own = await Agency.open({});
  const evil = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>';
  const id = `${evil}${'x'.repeat(120)}`;
  const tags = { [`tag-${'y'.repeat(60)}`]: evil, tenant: 'z'.repeat(200) };
  const chain = own.app
    .get(SagaOrchestratorFactory)
    .for(BookTripSaga, trip({ ReserveHotel: 'no' }), { id, tags, key: 'k'.repeat(200) });
  await chain.runAsync().catch(() => undefined);
  for (const view of [
    'sagas',
    `saga?${new URLSearchParams({ name: 'BookTrip', id }).toString()}`,
  ]) {
    const { page, complaints } = await visit(own, view, LOOKS[look]);
    await page.locator('code').filter({ hasText: 'onerror' }).first().waitFor();
    expect(await page.evaluate('window.hacked')).toBeUndefined();
    expect(await clumsyParts(page)).toEqual([]);
    expect(complaints).toEqual([]);
  }
});
