import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import Libsql from 'libsql';
import {
  betterSqlite3,
  libsql,
  sqliteJournal,
  type SqliteDriver,
} from 'nestjs-saga-orchestrator/sqlite';
import { journalContract, type JournalHarness } from 'nestjs-saga-orchestrator/testing';
import { builtInDriver } from '../../../lib/journals/sqlite/find-driver.js';
import { batchOf, newSaga } from '../append-load.js';
import { removeTempFolders, tempFolder } from '../temp-folder.js';

const onLibsql = libsql(Libsql);
const builtIn = builtInDriver();

function harnessOf(options: { readonly driver?: SqliteDriver }): () => JournalHarness {
  return () => {
    const file = join(tempFolder(), 'sagas.db');
    return {
      journal: () => sqliteJournal({ file, ...options }),
      // The file's own clock decides: it is waited for.
      pass: (ms) => new Promise((resolve) => setTimeout(resolve, ms + 2)),
      dispose: async () => removeTempFolders(),
    };
  };
}

describe('the SQLite journal', () => {
  it.each(journalContract)('$name', ({ run }) => run(harnessOf({})));
});

describe('the SQLite journal, with a driver that was handed in', () => {
  // The one that is not the default here, so that Node 22 and later run both.
  const driver = builtIn === undefined ? { ...onLibsql, name: 'handed in' } : onLibsql;
  const cases = builtIn === undefined ? journalContract.slice(0, 12) : journalContract;
  it.each(cases)('$name', ({ run }) => run(harnessOf({ driver })));
});

describe('the SQLite journal on better-sqlite3', () => {
  const driver = betterSqlite3(BetterSqlite3);
  // Its binary would end the process of an older Node.
  if (Number(process.versions.napi) >= 10) {
    it.each(journalContract)('$name', ({ run }) => run(harnessOf({ driver })));
  } else {
    it('is refused on a Node that it would end', async () => {
      const journal = harnessOf({ driver })().journal();
      await expect(journal.open()).rejects.toThrow(/must not be better-sqlite3 \d+.* on Node/);
    });
  }
});

describe('what the SQLite journal has collected for a row', () => {
  afterEach(removeTempFolders);

  /** As libsql; the next statement that begins so fails, once. */
  function failing(file: string) {
    const faults: string[] = [];
    const connection = onLibsql.open(file);
    const pass = (sql: string) => {
      const at = faults.findIndex((beginning) => sql.startsWith(beginning));
      if (at < 0) return;
      faults.splice(at, 1);
      throw new Error('the disk is full');
    };
    const driver: SqliteDriver = {
      name: 'failing',
      open: () => ({
        exec: (sql) => {
          pass(sql);
          return connection.exec(sql);
        },
        prepare: (sql) => {
          const statement = connection.prepare(sql);
          return {
            run: (...values) => {
              pass(sql);
              return statement.run(...values);
            },
            all: (...values) => statement.all(...values),
            get: (...values) => statement.get(...values),
          };
        },
        close: () => connection.close(),
      }),
    };
    return { driver, faults };
  }

  it.each(['COMMIT', 'INSERT INTO saga_appends', 'UPDATE sagas SET status'])(
    'is forgotten with its transaction: %s fails',
    async (fault) => {
      const file = join(tempFolder(), 'sagas.db');
      const { driver, faults } = failing(file);
      const journal = sqliteJournal({ file, driver });
      await journal.open();
      const saga = newSaga('one');
      await journal.create(saga);
      faults.push(fault);
      const lost = journal.append({ ...batchOf('one', 2), status: 'compensating' });
      await expect(lost).rejects.toThrow(/the disk is full/);
      // What was left of it would be written with this.
      await journal.create(newSaga('two'));
      expect((await journal.get(saga))?.status).toBe('running');
      await journal.append(batchOf('one', 2));
      const stored = await journal.load(saga);
      expect(stored?.entries.map(({ seq }) => seq)).toEqual([1, 2]);
      expect(stored?.row.status).toBe('running');
      await journal.close();
    },
  );

  it('is written once: it never comes back over what others made of the row', async () => {
    const journal = sqliteJournal({ file: join(tempFolder(), 'sagas.db') });
    await journal.open();
    const saga = newSaga('one');
    await journal.create(saga);
    await journal.append({ ...batchOf('one', 2), status: 'compensating' });
    await journal.release({ ref: saga, owner: saga.owner, epoch: 1, graceful: false });
    const claim = { owner: 'bert', names: [saga.name], limit: 1 };
    expect(await journal.claim(claim)).toMatchObject([{ recoveries: 1, epoch: 2 }]);
    await journal.create(newSaga('two'));
    expect(await journal.get(saga)).toMatchObject({ recoveries: 1, status: 'compensating' });
    await journal.close();
  });
});
