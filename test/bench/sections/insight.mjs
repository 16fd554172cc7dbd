import { join } from 'node:path';
import { inChild } from '../child.mjs';
import { atMost, row } from '../stats.mjs';

/** Of every question. */
const LIMIT_MS = 100;
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
    for (const [what, { first, warm }] of Object.entries(times)) {
      rows.push(row(`${store}, ${what}`, 'ms', warm, { first }));
      goals.push(atMost(`${store}: ${what}, the median`, LIMIT_MS, rows.at(-1).median, ' ms'));
    }
  }
  const part = {
    title: `An overview of ${count} sagas`,
    note: 'one call at a time, without the first one',
    rows,
  };
  return { parts: [part], goals };
}
