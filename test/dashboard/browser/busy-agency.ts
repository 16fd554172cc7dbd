import { Agency, SignedInGuard, type Setting } from '../app.js';

/** One with sagas of all endings, and one that is under way. */
export async function busyAgency(setting: Setting = {}): Promise<Agency> {
  const agency = await Agency.open({
    ...setting,
    keep: true,
    dashboard: {
      guards: [SignedInGuard],
      environment: { label: 'staging' },
      title: 'Shop sagas',
      ...setting.dashboard,
    },
  });
  for (let i = 0; i < 14; i++)
    await agency.book(`trip-${1200 + i}`, i % 5 === 3 ? { ChargeCard: 'no' } : {}, 2);
  await agency.book('trip-1300', { NotifyPartner: 'busy' }, 10);
  await agency.book('trip-1301', { ChargeCard: 'no' }, 60);
  await agency.book('trip-1302', { ChargeCard: 'no', 'undo ReserveFlight': 'no' }, 60);
  await agency.book('trip-1303', { ChargeCard: 'lost' }, 60);
  await agency.onboard('tenant-17', { SendWelcome: 'lost' }, 20);
  await agency.begin('trip-1309', { ReserveCar: 'slow' }, 60);
  await new Promise((resolve) => setTimeout(resolve, 600));
  return agency;
}
