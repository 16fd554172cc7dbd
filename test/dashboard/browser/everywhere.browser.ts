import { Agency, PLACES, SignedInGuard } from '../app.js';
import { CARD, IBAN } from '../trips.js';
import { visit } from './chromium.js';

const VIEWS = [
  ...['', 'sagas', 'parked', 'plans', 'instances', 'audit', 'bulk?status=parked'],
  'saga?name=BookTrip&id=stuck',
];

describe.each(PLACES)('with helmet, %j', (place) => {
  it('shows every view, is live, complains of nothing and tells no secret', async () => {
    const dashboard = { guards: [SignedInGuard], can: () => true };
    const agency = await Agency.open({ ...place, dashboard });
    await agency.book('done');
    await agency.book('stuck', { ChargeCard: 'no', 'undo ReserveFlight': 'no' });
    const { page, complaints, received } = await visit(agency);
    await page.getByRole('status').filter({ hasText: 'Live' }).waitFor();
    for (const view of VIEWS) {
      await page.goto(`${agency.url}#/${view}`);
      await page.locator('main .card, main table').first().waitFor();
    }
    await page.getByRole('button', { name: /^ReserveFlight: done/ }).click();
    for (const tab of ['Result', 'Context after', 'Record'])
      await page.getByRole('tab', { name: tab }).click();

    expect(complaints).toEqual([]);
    const texts = (await Promise.all(received)).join('\n');
    expect(texts).toContain('stuck');
    expect(texts).not.toContain(CARD);
    expect(texts).not.toContain(IBAN);
  });

  it('comes to life again after the server was away, and lets it close meanwhile', async () => {
    const agency = await Agency.open(place);
    const { page } = await visit(agency, 'sagas');
    await page.getByRole('status').filter({ hasText: 'Live' }).waitFor();
    const before = Date.now();
    await agency.app.close();
    expect(Date.now() - before).toBeLessThan(1_000);
    await page.getByRole('status').filter({ hasText: 'Reconnecting' }).waitFor();
    const again = await Agency.open({ ...place, port: Number(new URL(agency.url).port) });
    await again.book('since');
    await page.getByRole('status').filter({ hasText: 'Live' }).waitFor();
    await page.getByRole('row').filter({ hasText: 'since' }).waitFor();
  });
});
