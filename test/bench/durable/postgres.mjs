import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { startOurs } from './ours.mjs';
import { checkServer } from './server-statistics.mjs';

/** Our sagas in a Postgres schema. */
export async function startPostgres(config, ledger) {
  const { postgresJournal } = await import(
    pathToFileURL(join(config.lib, 'journals/postgres/index.js')).href
  );
  const journal = postgresJournal({ connectionString: config.url });
  const ours = await startOurs(config, ledger, { journal });
  return { ...ours, checkDurability: () => checkServer(config.url) };
}
