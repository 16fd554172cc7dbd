import { Agency, SignedInGuard } from '../app.js';
import { busyAgency } from './busy-agency.js';
import { until, visit } from './chromium.js';

let agency: Agency;
beforeAll(async () => {
  agency = await busyAgency();
});

it('finds by the keyboard: / and an id, then the saga', async () => {
  const { page } = await visit(agency);
  await page.keyboard.press('/');
  const search = page.getByRole('searchbox', { name: /^Find/ });
  await search.waitFor();
  await until(page, 'document.activeElement.id === "search"');
  await page.keyboard.type('trip-1302');
  await page.getByRole('row').filter({ hasText: 'trip-1302' }).waitFor();
  await until(page, 'document.querySelectorAll("tbody tr").length === 1');
  expect(page.url()).toContain('q=trip-1302');
  await page.getByRole('link', { name: 'BookTrip trip-1302' }).focus();
  await page.keyboard.press('Enter');
  await page.getByText('An undo failed · ReserveFlight').waitFor();
});

it('finds ids by how they begin, of whatever name', async () => {
  const { page } = await visit(agency, 'sagas');
  await page.getByRole('searchbox', { name: /^Find/ }).fill('trip-130');
  await until(page, 'document.querySelectorAll("tbody tr").length === 5');
  await page.getByRole('searchbox', { name: /^Find/ }).fill('tenant-20');
  await until(page, 'document.querySelectorAll("tbody tr").length === 1');
  await page.getByRole('link', { name: 'OnboardTenant tenant-2017' }).waitFor();
});

it('keeps its filters in the address', async () => {
  const { page } = await visit(agency, 'sagas');
  await page.getByRole('combobox', { name: 'Saga' }).selectOption('BookTrip');
  await page.getByRole('button', { name: 'Parked' }).click();
  await until(page, 'document.querySelectorAll("tbody tr").length === 2');
  const address = page.url();
  expect(address).toMatch(/name=BookTrip/);
  expect(address).toMatch(/status=parked/);
  const again = await visit(agency, address.split('#/')[1]);
  await until(again.page, 'document.querySelectorAll("tbody tr").length === 2');
  await again.page
    .getByRole('link', { name: /^tenant / })
    .first()
    .click();
  await until(again.page, 'location.hash.includes("tag=tenant")');
});

it('goes to every view by its number, and moves the focus there', async () => {
  const { page } = await visit(agency);
  for (const [key, title] of [
    ['2', 'Sagas'],
    ['3', 'Parked'],
    ['4', 'Plans'],
    ['5', 'Instances'],
    ['1', 'Overview'],
  ] as const) {
    await page.keyboard.press(key);
    await page.getByRole('heading', { level: 1, name: title }).waitFor();
    await until(page, 'document.activeElement.tagName === "H1"');
    await until(page, `document.title === ${JSON.stringify(`${title} · Shop sagas`)}`);
  }
});

it('works by the keyboard alone: skips to the content, picks bars and tabs', async () => {
  const { page } = await visit(agency, 'saga?name=BookTrip&id=trip-1302');
  await page.locator('body').press('Tab');
  await page.keyboard.press('Enter');
  await until(page, 'document.activeElement.id === "content"');
  const bar = page.getByRole('button', { name: /^Undo of ReserveFlight/ });
  await bar.focus();
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Undo of ReserveFlight' }).waitFor();
  await page.getByRole('tab', { name: 'Error' }).focus();
  await page.keyboard.press('ArrowRight');
  expect(await page.getByRole('tab', { name: 'Context after' }).getAttribute('aria-selected')).toBe(
    'true',
  );
  await page.keyboard.press('Escape');
  await page.getByRole('heading', { name: 'The saga' }).waitFor();
});

it('lights the way of a failure through the plan, and says it', async () => {
  const { page } = await visit(agency, 'plans');
  const row = page.getByRole('row').filter({ hasText: 'ChargeCard' });
  await row.getByRole('button').first().click();
  await page.getByText('ChargeCard says no').waitFor();
  const says = await page.locator('.matrix-says').innerText();
  expect(says).toContain('undoes ReserveCar, then ReserveHotel, then ReserveFlight');
  expect(await page.locator('.box.dim').count()).toBeGreaterThan(0);
});

it('keeps the theme that was chosen', async () => {
  const { page } = await visit(agency);
  const theme = () => page.evaluate('document.documentElement.dataset.theme');
  expect(await theme()).toBe('light');
  await page.getByRole('button', { name: 'Dark theme' }).click();
  expect(await theme()).toBe('dark');
  await page.reload();
  await page.getByRole('button', { name: 'Light theme' }).waitFor();
  expect(await theme()).toBe('dark');
});

it('shows what happens as it happens, and nothing jumps', async () => {
  const live = await Agency.open({ dashboard: { guards: [SignedInGuard], pollMs: 100 } });
  await live.begin('now', { ReserveCar: 'slow' }, 150);
  const { page } = await visit(live, 'saga?name=BookTrip&id=now');
  await page.getByRole('status').filter({ hasText: 'Live' }).waitFor();
  await page.evaluate(`
    window.shift = 0;
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shift += entry.value;
    }).observe({ type: 'layout-shift', buffered: false });
  `);
  await page.getByRole('button', { name: /^ReserveCar: under way/ }).waitFor();
  await page.waitForTimeout(1_500);
  expect(await page.evaluate('window.shift')).toBeLessThan(0.1);
});
