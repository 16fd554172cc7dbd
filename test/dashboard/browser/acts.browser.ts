import { memoryJournal } from 'nestjs-saga-orchestrator';
import type { Page } from 'playwright-core';
import { Agency, ANN, SignedInGuard } from '../app.js';
import { world } from '../trips.js';
import { visit } from './chromium.js';

/** An element in the page, as far as it is asked here: these specs are compiled without the types of a document. */
interface InPage {
  readonly ownerDocument: {
    readonly activeElement: unknown;
    readonly defaultView: { getComputedStyle(of: unknown): Readonly<Record<string, string>> };
  };
}

afterEach(() => (world.isRepaired = false));

async function withParked(): Promise<Agency> {
  const agency = await Agency.open({
    dashboard: { guards: [SignedInGuard], pollMs: 100, can: () => true },
  });
  await agency.book('stuck', { ChargeCard: 'no', 'undo ReserveFlight': 'no' });
  await agency.onboard('doubt', { SendWelcome: 'lost' });
  return agency;
}

const focused = (page: Page): Promise<string> =>
  page.evaluate(
    '(document.activeElement.getAttribute("aria-label") ?? document.activeElement.textContent).trim()',
  );

it('undoes by hand: asks why, and keeps who and why', async () => {
  const agency = await withParked();
  const { page, complaints } = await visit(agency, 'parked');
  const opener = page.getByRole('button', { name: 'Undone by hand: ReserveFlight' });
  const dialog = page.getByRole('dialog', { name: 'Undone by hand: ReserveFlight' });
  const why = dialog.getByRole('textbox', { name: /^Why/ });
  const act = dialog.getByRole('button', { name: 'Undone by hand: ReserveFlight' });

  await opener.focus();
  await page.keyboard.press('Enter');
  await dialog.waitFor();
  expect(
    await why.evaluate(
      (element) => element === (element as unknown as InPage).ownerDocument.activeElement,
    ),
  ).toBe(true);
  expect(await act.isDisabled()).toBe(true);
  await page.keyboard.type('ok');
  expect(await act.isDisabled()).toBe(true);

  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'hidden' });
  expect(await focused(page)).toBe('Undone by hand: ReserveFlight');

  await page.keyboard.press('Enter');
  await dialog.waitFor();
  await page.keyboard.type('Refunded in the back office, OPS-4711');
  // Until it is drawn again, the button cannot be reached.
  await dialog.getByRole('button', { name: 'Undone by hand', disabled: false }).waitFor();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  expect(await focused(page)).toBe('Undone by hand: ReserveFlight');
  await page.keyboard.press('Enter');
  await dialog.waitFor({ state: 'hidden' });
  await opener.waitFor({ state: 'detached' });

  await page.goto(`${agency.url}#/saga?name=BookTrip&id=stuck`);
  const line = page.getByRole('listitem').filter({ hasText: 'undone by hand' });
  await line.waitFor();
  expect(await line.innerText()).toContain(ANN);
  expect(await line.innerText()).toContain('OPS-4711');
  expect((await agency.operations.get('BookTrip', 'stuck'))?.status).toBe('compensated');
  expect(complaints).toEqual([]);
});

it('weighs both answers about a step in doubt the same', async () => {
  const agency = await withParked();
  const { page } = await visit(agency, 'parked');
  const looks = await Promise.all(
    ['It took place', 'It did not take place'].map((name) =>
      page.getByRole('button', { name, exact: true }).evaluate((element) => {
        const view = (element as unknown as InPage).ownerDocument.defaultView;
        const { color, backgroundColor, borderColor, fontWeight } = view.getComputedStyle(element);
        return { color, backgroundColor, borderColor, fontWeight };
      }),
    ),
  );
  expect(looks[0]).toMatchObject({ color: expect.stringMatching(/./) });
  expect(looks[0]).toEqual(looks[1]);

  await page.getByRole('button', { name: 'It took place', exact: true }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('textbox', { name: /bring back/ }).fill('{ not json');
  await dialog.getByRole('textbox', { name: /^Why/ }).fill('Seen in the mail log');
  expect(await dialog.getByRole('button', { name: 'It took place' }).isDisabled()).toBe(true);
  await dialog.getByRole('textbox', { name: /bring back/ }).fill('{ "mail": 7 }');
  await dialog.getByRole('button', { name: 'It took place' }).click();
  await dialog.waitFor({ state: 'hidden' });
  for (let i = 0; i < 400; i++) {
    if ((await agency.operations.get('OnboardTenant', 'doubt'))?.status === 'completed') return;
    await page.waitForTimeout(50);
  }
  throw new Error('it did not complete');
});

it('asks for the id before what cannot be taken back, and says what the server refuses', async () => {
  const agency = await withParked();
  const { page } = await visit(agency, 'saga?name=BookTrip&id=stuck');
  await page.getByRole('button', { name: 'Forget' }).click();
  const dialog = page.getByRole('dialog');
  const forget = dialog.getByRole('button', { name: 'Forget' });
  await dialog.getByRole('textbox', { name: /^Why/ }).fill('settled by hand');
  expect(await forget.isDisabled()).toBe(true);
  await dialog.getByRole('textbox', { name: /to confirm/ }).fill('stuc');
  expect(await forget.isDisabled()).toBe(true);
  await dialog.getByRole('textbox', { name: /to confirm/ }).fill('stuck');

  await agency.operations.forget('BookTrip', 'stuck');
  await forget.click();
  await dialog.getByRole('alert').filter({ hasText: 'There is no saga' }).waitFor();
  await dialog.getByRole('button', { name: 'Back' }).click();
  await dialog.waitFor({ state: 'hidden' });
});

it('shrinks the inbox of another tab without a reload, and its count', async () => {
  const agency = await withParked();
  const [one, other] = [await visit(agency, 'parked'), await visit(agency, 'parked')];
  await other.page.getByRole('status').filter({ hasText: 'Live' }).waitFor();
  await other.page.getByText('2 parked').or(other.page.getByLabel('2 parked')).first().waitFor();
  world.isRepaired = true;
  await one.page.getByRole('button', { name: 'Retry undos' }).click();
  await one.page.getByRole('textbox', { name: /^Why/ }).fill('The airline is back');
  await one.page.getByRole('dialog').getByRole('button', { name: 'Retry undos' }).click();
  await other.page.getByText('An undo failed').first().waitFor({ state: 'detached' });
  await other.page.getByLabel('1 parked').waitFor();
});

it('asks again for what the server had counted before the last change, and kept', async () => {
  const agency = await withParked();
  const { page } = await visit(agency, 'parked');
  await page.getByRole('status').filter({ hasText: 'Live' }).waitFor();
  await page.getByLabel('2 parked').waitFor();
  const keptUntil = Date.now() + 2_700;
  await page.route('**/api/badge', (route) =>
    Date.now() < keptUntil ? route.fulfill({ json: { parked: 2 } }) : route.continue(),
  );
  await agency.operations.forget('BookTrip', 'stuck');
  await page.getByLabel('1 parked').waitFor();
});

it('offers no act to who has no name, and says why', async () => {
  const agency = await Agency.open({ dashboard: {} });
  await agency.book('stuck', { ChargeCard: 'no', 'undo ReserveFlight': 'no' });
  const { page } = await visit(agency, 'parked', { who: '' });
  await page.getByText('Nobody is signed in').waitFor();
  expect(await page.getByRole('button', { name: 'Retry undos' }).count()).toBe(0);
  await page.goto(`${agency.url}#/saga?name=BookTrip&id=stuck`);
  await page.getByText("the dashboard's option payloads is off").waitFor();
});

it('leaves an act for a process that knows the saga, and shows what becomes of it and who did what', async () => {
  const journal = memoryJournal();
  const dashboard = { guards: [SignedInGuard], pollMs: 100 };
  const agency = await Agency.open({ dashboard, sagas: { journal, worker: { pollMs: 4_000 } } });
  await agency.book('stuck', { ChargeCard: 'no', 'undo ReserveFlight': 'no' });
  const desk = await Agency.open({ dashboard, sagas: { journal, worker: false }, knows: [] });
  const { page, complaints } = await visit(desk, 'saga?name=BookTrip&id=stuck');
  world.isRepaired = true;
  await page.getByRole('button', { name: 'Retry undos' }).click();
  const dialog = page.getByRole('dialog', { name: 'Retry undos' });
  await dialog.getByRole('textbox', { name: /^Why/ }).fill('The airline is back');
  await dialog.getByRole('button', { name: 'Retry undos' }).click();
  const asked = page.getByRole('list', { name: 'Requests' });
  await asked.getByText('asked by ann@shop.example').waitFor();
  await page.getByRole('link', { name: 'Audit' }).click();
  const row = page.getByRole('row', { name: /retry-compensation BookTrip stuck/ });
  await row.getByText('done').waitFor();
  expect(await row.textContent()).toContain('The airline is back');
  await asked.waitFor({ state: 'detached' });
  await row.getByRole('link', { name: 'BookTrip stuck' }).click();
  await page.getByText('Everything was undone').or(page.getByText('Compensated')).first().waitFor();
  expect(complaints).toEqual([]);
});
