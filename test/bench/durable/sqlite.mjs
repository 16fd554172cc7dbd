import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { startOurs } from './ours.mjs';

/** The driver that the journal would find by itself, with an ear on what it commits. */
async function listeningDriver(lib, heard) {
  const { findDriver } = await import(
    pathToFileURL(join(lib, 'journals/sqlite/find-driver.js')).href
  );
  const found = await findDriver();
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

function setting({ connection }, name) {
  return Object.values(connection.prepare(`PRAGMA ${name}`).all()[0])[0];
}

/** Our sagas in one SQLite file. */
export async function startSqlite(config, ledger) {
  const { sqliteJournal } = await import(
    pathToFileURL(join(config.lib, 'journals/sqlite/index.js')).href
  );
  const heard = { commits: 0, connection: undefined };
  const file = join(config.folder, config.file ?? 'sagas.db');
  const driver = config.worker ? undefined : await listeningDriver(config.lib, heard);
  const settings = config.worker ? { thread: 'worker' } : { driver };
  const journal = sqliteJournal({ file, ...settings });
  const ours = await startOurs(config, ledger, { journal });
  return {
    ...ours,
    commits: () => heard.commits,
    /** @throws unless a commit is durable when it returns. */
    checkDurability() {
      if (config.worker) return {};
      const found = {
        driver: driver.name,
        journal_mode: setting(heard, 'journal_mode'),
        synchronous: setting(heard, 'synchronous'),
      };
      if (found.journal_mode === 'wal' && Number(found.synchronous) === 2) return found;
      throw new Error(`not durable: ${JSON.stringify(found)}`);
    },
  };
}
