import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { SagaEngine } from 'nestjs-saga-orchestrator/core';
import { memoryJournal } from 'nestjs-saga-orchestrator';
import type { Page } from 'playwright-core';
import { SAGA_ENGINE } from '../../../lib/nest/index.js';
import { Agency, ANN, SignedInGuard } from '../app.js';
import { BookTripSaga, world, type Fate } from '../trips.js';
import { until, visit } from './chromium.js';
import { clumsyParts, FOLDER, LOOKS, takePicture, violations } from './looks.js';

const STUCK: Fate = { ChargeCard: 'no', 'undo ReserveFlight': 'no' };
const ALL = { guards: [SignedInGuard], pollMs: 100, can: (): boolean => true };

beforeAll(() => mkdirSync(FOLDER, { recursive: true }));
afterEach(() => (world.isRepaired = false));

async function withParked(): Promise<Agency> {
  const agency = await Agency.open({ dashboard: ALL, sagas: { worker: { pollMs: 100 } } });
  for (const id of ['t-1', 't-2']) await agency.book(id, STUCK);
  await agency.book('past', { NotifyPartner: 'busy' });
  return agency;
}

const focused = (page: Page): Promise<string> =>
  page.evaluate('document.activeElement.textContent.trim()');

it('goes by the keyboard from a list to a dry run, to requests, and tells what became of them', async () => {
  const agency = await withParked();
  const { page, complaints } = await visit(agency, 'sagas?status=parked');
  await page.getByRole('link', { name: 'Act on all of these' }).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name: 'Many at once' }).waitFor();
  const dryRun = page.getByRole('button', { name: 'Dry run' });
  expect(await dryRun.isDisabled()).toBe(true);
  await page.getByRole('radio', { name: 'Resume' }).focus();
  await page.keyboard.press('ArrowUp');
  await until(page, 'document.querySelector("[name=act]:checked") !== null');
  expect(await page.getByRole('radio', { name: 'Retry undos' }).isChecked()).toBe(true);
  expect(page.url()).toMatch(/act=retry-undos/);
  await page.getByRole('button', { name: 'Dry run', disabled: false }).waitFor();
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: '2 of 3 sagas would take it as they stand' }).waitFor();
  await until(page, 'document.activeElement.tagName === "H2"');
  const alone = page.getByRole('listitem').filter({ hasText: 'it has not begun to undo' });
  expect(await alone.innerText()).toContain('past');
  expect(await page.getByRole('row').count()).toBe(3);

  const act = page.getByRole('button', { name: 'Retry undos: 2 sagas' });
  world.isRepaired = true;
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  await until(page, 'document.activeElement.tagName === "TEXTAREA"');
  await page.keyboard.type('The airline is back');
  await page.keyboard.press('Tab');
  await page.keyboard.type('3');
  expect(await act.isDisabled()).toBe(true);
  await page.keyboard.press('Backspace');
  await page.keyboard.type('2');
  await page.getByRole('button', { name: 'Retry undos: 2 sagas', disabled: false }).waitFor();
  await page.keyboard.press('Tab');
  expect(await focused(page)).toBe('Retry undos: 2 sagas');
  await page.keyboard.press('Enter');

  await page.getByText('All have ended').waitFor();
  expect(page.url()).toMatch(/bulk=/);
  const bar = page.getByRole('progressbar');
  expect(await bar.getAttribute('aria-valuetext')).toBe(
    '2 done · 0 not done · 0 in hand · 0 waiting',
  );
  await page.getByRole('link', { name: 'What was done, in the audit' }).click();
  const rows = page.getByRole('row').filter({ hasText: 'The airline is back' });
  await rows.first().waitFor();
  expect(await rows.count()).toBe(2);
  expect(await rows.first().innerText()).toContain(ANN);
  expect((await agency.operations.get('BookTrip', 't-1'))?.status).toMatch(/^compensat/);
  expect(complaints).toEqual([]);
});

it('withdraws those that wait, of a bulk act that was a mistake', async () => {
  const agency = await underWay();
  const { page, complaints } = await visit(agency, 'bulk?bulk=bulk-1');
  await page.getByText('10 done · 4 not done · 0 in hand · 6 waiting').waitFor();
  const withdraw = page.getByRole('button', { name: 'Withdraw: 6 sagas' });
  expect(await withdraw.isDisabled()).toBe(true);
  await page.getByRole('textbox', { name: 'Why?' }).fill('The wrong filter');
  await withdraw.click();
  await page.getByText('6 requests withdrawn').waitFor();
  await page.getByText('10 done · 10 not done · 0 in hand · 0 waiting').waitFor();
  await page.getByText(`withdrawn: ${ANN}: The wrong filter`).waitFor();
  expect(await withdraw.count()).toBe(0);
  expect(complaints).toEqual([]);
});

it('asks for another dry run when the question is another one, and says what the server refuses', async () => {
  const agency = await withParked();
  const { page } = await visit(agency, 'bulk?reason=compensation-failed&act=retry-undos');
  await page.getByRole('button', { name: 'Dry run' }).click();
  const found = page.getByRole('heading', { name: /would take it as/ });
  await found.waitFor();
  await page.getByRole('radio', { name: 'Forget' }).check();
  await found.waitFor({ state: 'detached' });
  await page.getByRole('radio', { name: 'Retry undos' }).check();
  await page.getByRole('button', { name: 'Dry run' }).click();
  await found.waitFor();
  await page.getByRole('textbox', { name: /^Why/ }).fill('The airline is back');
  await page.getByRole('textbox', { name: /to confirm/ }).fill('2');
  const why = { by: 'eve', reason: 'settled' };
  for (const id of ['t-1', 't-2']) await agency.operations.forget('BookTrip', id, why);
  await page.getByRole('button', { name: 'Retry undos: 2 sagas' }).click();
  await page.getByRole('alert').filter({ hasText: 'None of them takes it any more' }).waitFor();
});

it('begins in the inbox, at those that are parked for one reason', async () => {
  const { page } = await visit(await withParked(), 'parked');
  await page.getByRole('link', { name: 'Act on all of these' }).first().click();
  const reason = page.getByRole('combobox', { name: 'Why it is parked' });
  expect(await reason.inputValue()).toBe('compensation-failed');
});

it.each([
  ['does not do that by default', { guards: [SignedInGuard] }, 'Nothing can be done to many'],
  ['is read-only', { ...ALL, readOnly: true }, 'This dashboard is read-only'],
  ['has nobody who is signed in', { can: (): boolean => true }, 'Nobody is signed in'],
])('offers it nowhere where a dashboard %s', async (_, dashboard, text) => {
  const agency = await Agency.open({ dashboard });
  await agency.book('t-1', STUCK);
  const { page, complaints } = await visit(agency, 'sagas?status=parked');
  await page.getByRole('row').filter({ hasText: 't-1' }).waitFor();
  expect(await page.getByRole('link', { name: 'Act on all' }).count()).toBe(0);
  await page.goto(`${agency.url}#/parked`);
  await page.getByRole('heading', { name: 'An undo failed' }).waitFor();
  expect(await page.getByRole('link', { name: 'Act on all' }).count()).toBe(0);
  await page.goto(`${agency.url}#/bulk?status=parked`);
  await page.getByText(text).first().waitFor();
  expect(await page.getByRole('button', { name: 'Dry run' }).count()).toBe(0);
  expect(complaints).toEqual([]);
});

const LONG = `The airline is back, ${'OPS-4711 '.repeat(20)}`;

it.each(Object.keys(LOOKS))('dry run, %s: axe finds nothing, nothing hangs over', async (look) => {
  const agency = await withParked();
  await agency.book(`trip-${'x'.repeat(150)}`, STUCK);
  const { page, complaints } = await visit(agency, 'bulk?status=parked&act=forget', LOOKS[look]);
  expect(await violations(page)).toEqual([]);
  await page.getByRole('radio', { name: 'Resume' }).check();
  await page.getByRole('button', { name: 'Dry run' }).click();
  await page.getByText('These are left alone').waitFor();
  await page.getByRole('textbox', { name: /^Why/ }).fill(LONG);
  expect(await violations(page)).toEqual([]);
  expect(await clumsyParts(page)).toEqual([]);
  expect(complaints).toEqual([]);
});

/** Requests of one bulk act that are done, refused, and wait for a process that knows their saga. */
async function underWay(): Promise<Agency> {
  const journal = memoryJournal();
  const all = await Agency.open({ sagas: { journal, worker: false } });
  for (let i = 0; i < 14; i++) await all.book(`trip-${1_400 + i}`, i < 4 ? {} : STUCK);
  for (let i = 0; i < 6; i++) await all.onboard(`tenant-${2_040 + i}`, { SendWelcome: 'lost' });
  const knows = [BookTripSaga] as never;
  const agency = await Agency.open({
    ...{ dashboard: ALL, knows },
    sagas: { journal, worker: { pollMs: 100 } },
  });
  world.isRepaired = true;
  const { operators } = agency.app.get<SagaEngine>(SAGA_ENGINE);
  const why = { by: ANN, reason: 'The airline is back, OPS-4711', origin: 'dashboard' };
  const { sagas } = await agency.operations.list({ limit: 100 });
  for (const { name, id } of sagas)
    await operators?.request({ name, id }, { act: 'retry-compensation' }, why, 'bulk-1');
  return agency;
}

it.each(Object.keys(LOOKS))('what becomes of it, %s: axe finds nothing', async (look) => {
  const agency = await underWay();
  const { page, complaints } = await visit(agency, 'bulk?bulk=bulk-1', LOOKS[look]);
  await page.getByText('10 done · 4 not done · 0 in hand · 6 waiting').waitFor();
  expect(await page.getByText('Processes that know OnboardTenant').count()).toBe(1);
  expect(await violations(page)).toEqual([]);
  expect(await clumsyParts(page)).toEqual([]);
  await takePicture(page, join(FOLDER, `bulk-progress-${look}.png`));
  await page.goto(`${agency.url}#/audit`);
  await page.getByRole('link', { name: 'One of many' }).first().click();
  await page.getByRole('progressbar').waitFor();
  expect(complaints).toEqual([]);
});
