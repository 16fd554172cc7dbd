import { Agency } from '../app.js';
import { CARD, IBAN } from '../trips.js';
import { visit } from './chromium.js';

const PLACES = (['express', 'fastify'] as const).flatMap((platform) =>
  [false, true].map((isDeep) => ({ platform, isDeep, helmet: true })),
);

const VIEWS = ['', 'sagas', 'parked', 'plans', 'instances', 'saga?name=BookTrip&id=stuck'];

describe.each(PLACES)('with helmet, %j', (place) => {
  it('shows every view, is live, complains of nothing and tells no secret', async () => {
    const agency = await Agency.open(place);
    await agency.book('done');
    await agency.book('stuck', { ChargeCard: 'no', 'undo ReserveFlight': 'no' });
    const { page, complaints, received } = await visit(agency);
    await page.getByRole('status').filter({ hasText: 'Live' }).waitFor();
    for (const view of VIEWS) {
      await page.goto(`${agency.url}#/${view}`);
      await page.locator('main .card').first().waitFor();
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
  });
});
