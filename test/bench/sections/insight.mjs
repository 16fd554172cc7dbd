import { join } from 'node:path';
import { inChild } from '../child.mjs';
import { atMost, row } from '../stats.mjs';

const STORES = { sqlite: 'SQLite', postgres: 'Postgres' };

/** What an overview costs in a journal of a million sagas. */
export async function insight(settings, say) {
  const { lib, folder, insightSagas: sagas, insightLooks: looks } = settings;
  const count = sagas.toLocaleString('en-US');
  const rows = [];
  const goals = [];
  for (const [subject, store] of Object.entries(STORES)) {
    say(`${store}: ${count} sagas`);
    const isFile = subject === 'sqlite';
    const place = isFile ? join(folder, 'insight.db') : await settings.database('insight');
    const config = { lib, subject, place, sagas, looks };
    const times = await inChild('durable/insight-child.mjs', config);
    for (const [what, { first, warm, limit }] of Object.entries(times)) {
      rows.push(row(`${store}, ${what}`, 'ms', warm, { first }));
      if (limit !== undefined) {
        goals.push(atMost(`${store}: ${what}, the median`, limit, rows.at(-1).median, ' ms'));
      }
    }
  }
  const part = {
    title: `An overview of ${count} sagas`,
    note: 'one call at a time, without the first one; counts of all time are kept for 60 s by whoever shows them, histograms of 7 days for 30 s',
    rows,
  };
  return { parts: [part], goals };
}
