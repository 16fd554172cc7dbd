import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { startOurs } from './ours.mjs';

/** The driver that the journal would find by itself. */
export async function foundDriver(lib) {
  const { findDriver } = await import(
    pathToFileURL(join(lib, 'journals/sqlite/find-driver.js')).href
  );
  return findDriver();
}

/** That driver, with an ear on what it commits. */
async function listeningDriver(lib, heard) {
  const found = await foundDriver(lib);
  const open = (file) => {
    const connection = found.open(file);
    heard.connection = connection;
    return {
      exec: (sql) => {
        if (sql === 'COMMIT') heard.commits += 1;
        return connection.exec(sql);
      },
      prepare: (sql) => connection.prepare(sql),
      close: () => connection.close(),
    };
  };
  return { name: found.name, open };
}

function setting(connection, name) {
  return Object.values(connection.prepare(`PRAGMA ${name}`).all()[0])[0];
}

/** @throws unless a commit is durable when it returns. */
export function walDurability(driver, connection) {
  const found = {
    driver: driver.name,
    journal_mode: setting(connection, 'journal_mode'),
    synchronous: setting(connection, 'synchronous'),
  };
  if (found.journal_mode === 'wal' && Number(found.synchronous) === 2) return found;
  throw new Error(`not durable: ${JSON.stringify(found)}`);
}

/** Our sagas in one SQLite file. */
export async function startSqlite(config, ledger) {
  const { sqliteJournal } = await import(
    pathToFileURL(join(config.lib, 'journals/sqlite/index.js')).href
  );
  const heard = { commits: 0, connection: undefined };
  const file = join(config.folder, config.file ?? 'sagas.db');
  const driver = await listeningDriver(config.lib, heard);
  const journal = sqliteJournal({ file, driver });
  const ours = await startOurs(config, ledger, { journal });
  return {
    ...ours,
    commits: () => heard.commits,
    checkDurability: () => walDurability(driver, heard.connection),
  };
}
