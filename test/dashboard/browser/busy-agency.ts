import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'libsql';
import { sqliteJournal } from 'nestjs-saga-orchestrator/sqlite';
import { Agency, SignedInGuard, type Setting } from '../app.js';

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** As if the first ones had run in the course of a day, more of them in its middle. */
function spread(file: string): void {
  const database = new Database(file);
  const sagas = database
    .prepare("SELECT rowid AS row FROM sagas WHERE id LIKE 'past-%' ORDER BY rowid")
    .all([]) as { row: number }[];
  const move = database.prepare(
    'UPDATE sagas SET created_at = created_at - ?, updated_at = updated_at - ? WHERE rowid = ?',
  );
  sagas.forEach(({ row }, i) => {
    const part = (i + 0.5) / sagas.length;
    const day = 0.5 + Math.sign(part - 0.5) * Math.pow(Math.abs(part - 0.5) * 2, 1.5) * 0.47;
    const ms = Math.round((1 - day) * 86_400_000);
    move.run([ms, ms, row]);
  });
  database.close();
}

/** One with sagas of all endings, and one that is under way. */
export async function busyAgency(setting: Setting = {}, past = 0): Promise<Agency> {
  const folder = mkdtempSync(join(tmpdir(), 'saga-agency-'));
  folders.push(folder);
  const file = join(folder, 'sagas.db');
  const agency = await Agency.open({
    ...setting,
    keep: true,
    sagas: { journal: sqliteJournal({ file }) },
    dashboard: {
      guards: [SignedInGuard],
      environment: { label: 'staging' },
      title: 'Shop sagas',
      ...setting.dashboard,
    },
  });
  for (let i = 0; i < past; i++) {
    const fate = i % 5 === 3 ? { ChargeCard: 'no' as const } : {};
    if (i % 4 === 1) await agency.onboard(`past-${i}`);
    else await agency.book(`past-${i}`, i % 37 === 30 ? { NotifyPartner: 'busy' } : fate);
  }
  if (past > 0) spread(file);
  for (let i = 0; i < 9; i++)
    await agency.book(`trip-${1200 + i}`, i % 5 === 3 ? { ChargeCard: 'no' } : {}, 2);
  await agency.book('trip-1300', { NotifyPartner: 'busy' }, 10);
  await agency.book('trip-1301', { ChargeCard: 'no' }, 60);
  await agency.book('trip-1302', { ChargeCard: 'no', 'undo ReserveFlight': 'no' }, 60);
  await agency.book('trip-1303', { ChargeCard: 'lost' }, 60);
  await agency.onboard('tenant-2017', { SendWelcome: 'lost' }, 20);
  await agency.operations.forget('BookTrip', 'trip-1200', {
    ...{ by: 'eve@shop.example', reason: 'The traveller asked us to, PRIV-17' },
  });
  await agency.begin('trip-1309', { ReserveCar: 'slow' }, 60);
  await new Promise((resolve) => setTimeout(resolve, 600));
  return agency;
}
