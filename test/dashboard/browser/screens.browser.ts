import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { SignedInGuard, type Agency } from '../app.js';
import { busyAgency } from './busy-agency.js';
import { visit } from './chromium.js';
import { clumsyParts, FOLDER, LOOKS, overlaps, takePicture } from './looks.js';

const VIEWS: Readonly<Record<string, string>> = {
  overview: '',
  sagas: 'sagas',
  compensated: 'saga?name=BookTrip&id=trip-1301',
  'undo-failed': 'saga?name=BookTrip&id=trip-1302',
  probe: 'saga?name=BookTrip&id=trip-1303',
  running: 'saga?name=BookTrip&id=trip-1309',
  parked: 'parked',
  bulk: 'bulk?status=parked&act=resume',
  plans: 'plans',
  instances: 'instances',
  audit: 'audit',
};

let agency: Agency;
beforeAll(async () => {
  mkdirSync(FOLDER, { recursive: true });
  const can = (_: unknown, act: string) => act !== 'forget';
  agency = await busyAgency({ dashboard: { guards: [SignedInGuard], can } }, 150);
});

const CASES = Object.keys(LOOKS).flatMap((look) => Object.keys(VIEWS).map((view) => [view, look]));

it.each(CASES)(
  'shows %s, %s: nothing is cut off, hangs over or complains',
  async (view = '', look = '') => {
    const { page, complaints } = await visit(agency, VIEWS[view], LOOKS[look]);
    if (view === 'compensated' || view === 'undo-failed')
      await page.locator('button.bar.is-failed').first().click();
    if (view === 'plans')
      await page.getByRole('button', { name: 'Compensated undoes 4' }).first().click();
    if (view === 'bulk') {
      await page.getByRole('button', { name: 'Dry run' }).click();
      await page.getByRole('textbox', { name: /^Why/ }).fill('The partner is back, OPS-4711');
    }
    expect(complaints).toEqual([]);
    expect(await clumsyParts(page)).toEqual([]);
    expect(await overlaps(page, '.wf-ticks span, .wf-line span')).toEqual([]);
    await takePicture(page, join(FOLDER, `${view}-${look}.png`));
  },
);
