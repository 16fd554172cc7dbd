import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import Libsql from 'libsql';
import { isSagaError, type SagaStatus } from 'nestjs-saga-orchestrator/core';
import {
  betterSqlite3,
  sqliteJournal,
  type SqliteConnection,
  type SqliteDriver,
  type SqliteJournalOptions,
} from 'nestjs-saga-orchestrator/sqlite';
import {
  installedVersion,
  refuseFatalVersion,
} from '../../../lib/journals/sqlite/better-sqlite3.js';
import { MIGRATIONS } from '../../../lib/journals/sqlite/schema.js';
import { removeTempFolders, tempFolder } from '../temp-folder.js';

const open = (file: string): SqliteConnection => new Libsql(file) as unknown as SqliteConnection;

/** A driver whose connections tell what they are asked, and may answer a PRAGMA falsely. */
function watching(answers: Readonly<Record<string, string | number>> = {}) {
  const seen: { executed: string[]; closed: number } = { executed: [], closed: 0 };
  const driver: SqliteDriver = {
    name: 'watching',
    open: (file) => {
      const connection = open(file);
      return {
        exec: (sql) => {
          seen.executed.push(sql);
          return connection.exec(sql);
        },
        prepare: (sql) => {
          const answer = answers[sql];
          const statement = connection.prepare(sql);
          if (answer === undefined) return statement;
          return {
            run: (...values) => statement.run(...values),
            all: () => [{ answer }],
            get: () => ({ answer }),
          };
        },
        close: () => {
          seen.closed += 1;
          return connection.close();
        },
      };
    },
  };
  return { driver, seen };
}

afterEach(removeTempFolders);

describe('the options of the SQLite journal', () => {
  const bad: readonly [options: unknown, message: string][] = [
    [{}, 'file must be the path of a file (got undefined)'],
    [{ file: 'sagas.db', migrate: 'later' }, "migrate must be 'auto' or 'off' (got 'later')"],
    [{ file: '' }, "file must be the path of a file (got '')"],
    [{ file: '  ' }, "file must be the path of a file (got '  ')"],
    [{ file: 'sagas.db ' }, "file must be the path of a file (got 'sagas.db ')"],
    [{ file: 7 }, 'file must be the path of a file (got 7)'],
    [{ file: 'a\0b' }, 'file must be the path of a file'],
    [{ file: ':memory:' }, 'for a journal that nothing survives use memoryJournal()'],
    [{ file: 'file:sagas.db?mode=memory' }, 'use memoryJournal()'],
    [{ file: 'x', synchronous: 'off' }, "synchronous must be 'full' or 'normal' (got 'off')"],
    [undefined, 'sqliteJournal must be given { file }, the path of its file (got undefined)'],
    [{ file: 'x', busyTimeoutMs: -1 }, 'busyTimeoutMs must be a whole number of ms from 0'],
    [{ file: 'x', busyTimeoutMs: 1.5 }, '(got 1.5)'],
    [{ file: 'x', busyTimeoutMs: NaN }, '(got NaN)'],
    [
      { file: 'x', syncronous: 'normal' },
      "unknown option 'syncronous' of sqliteJournal (did you mean 'synchronous'?), which accepts ",
    ],
    [{ file: 'x', driver: {} }, 'driver must be an object with open(file)'],
    [{ file: 'x', driver: 'libsql' }, "(got 'libsql')"],
  ];
  it.each(bad)('%j is refused', (options, message) => {
    expect(() => sqliteJournal(options as SqliteJournalOptions)).toThrow(message);
  });

  it('are all looked at before one error tells everything', () => {
    const options = { file: '', synchronous: 1, busyTimeoutMs: 'x' } as unknown;
    expect(() => sqliteJournal(options as SqliteJournalOptions)).toThrow(
      /sqliteJournal: file .*; synchronous .*; busyTimeoutMs /,
    );
  });
});

describe('opening a SQLite journal', () => {
  it('creates the folders of the file', async () => {
    const file = join(tempFolder(), 'a', 'b', 'sagas.db');
    const journal = sqliteJournal({ file });
    await journal.open();
    await journal.close();
    expect(existsSync(file)).toBe(true);
    expect(journal.description).toBe(`sqlite ${file}`);
  });

  it.each([
    ['full', 2],
    ['normal', 1],
  ] as const)('sets and verifies WAL and synchronous = %s', async (synchronous, level) => {
    const file = join(tempFolder(), 'sagas.db');
    const { driver, seen } = watching();
    const journal = sqliteJournal({ file, driver, synchronous });
    await journal.open();
    expect(seen.executed).toContain(`PRAGMA synchronous = ${synchronous}`);
    await journal.close();
    expect(seen.closed).toBe(1);

    const lying = watching({ 'PRAGMA synchronous': 3 - level });
    const refused = sqliteJournal({ file, driver: lying.driver, synchronous });
    await expect(refused.open()).rejects.toThrow(`synchronous must be ${synchronous}, but`);
    expect(lying.seen.closed).toBe(1);
  });

  it('refuses a place where WAL does not work, and can be tried again', async () => {
    const { driver } = watching({ 'PRAGMA journal_mode': 'delete' });
    const journal = sqliteJournal({ file: join(tempFolder(), 'sagas.db'), driver });
    await expect(journal.open()).rejects.toMatchObject({ code: 'SAGA_JOURNAL' });
    await expect(journal.open()).rejects.toThrow('put the file on a local disk');
    await journal.close();
  });

  it('refuses a file whose texts are kept in another encoding, and leaves it as it is', async () => {
    const file = join(tempFolder(), 'sagas.db');
    const database = new Libsql(file);
    database.exec(`PRAGMA encoding = 'UTF-16le'; CREATE TABLE orders (id TEXT)`);
    await expect(sqliteJournal({ file }).open()).rejects.toThrow(
      /encoding must be UTF-8, but SQLite answers UTF-16le/,
    );
    expect(database.prepare('SELECT name FROM sqlite_master').all()).toEqual([{ name: 'orders' }]);
    database.close();
  });

  it('refuses a file that is not a database, and a folder', async () => {
    const folder = tempFolder();
    const file = join(folder, 'notes.txt');
    writeFileSync(file, 'These are notes, and not a database at all. '.repeat(50));
    for (const path of [file, folder]) {
      const journal = sqliteJournal({ file: path });
      await expect(journal.open()).rejects.toMatchObject({ code: 'SAGA_JOURNAL' });
      await journal.close();
    }
  });

  it('refuses a schema that a later version has made', async () => {
    const file = join(tempFolder(), 'sagas.db');
    const journal = sqliteJournal({ file });
    await journal.open();
    await journal.close();
    const database = open(file);
    database.exec('INSERT INTO saga_schema (version, applied_at) VALUES (99, 0)');
    database.close();
    await expect(sqliteJournal({ file }).open()).rejects.toThrow(
      /has schema version 99, and this package knows versions up to \d+; update the package/,
    );
  });

  it('migrates a file of the first schema, with all that is in it', async () => {
    const file = join(tempFolder(), 'sagas.db');
    const database = open(file);
    const [first] = MIGRATIONS;
    database.exec('CREATE TABLE saga_schema (version INTEGER PRIMARY KEY, applied_at INTEGER)');
    database.exec('INSERT INTO saga_schema (version, applied_at) VALUES (1, 0)');
    for (const statement of first?.statements ?? []) database.exec(statement);
    for (const [saga, status] of ['running', 'completed', 'parked'].entries()) {
      database.exec(`INSERT INTO sagas (saga, name, id, version, fingerprint, status, at_rest, key, tags,
          deadline, input, owner, epoch, recoveries, cancel_reason, created_at, updated_at)
        VALUES (${saga + 5}, 'T', '${status}', 1, 'f', '${status}',
        ${saga === 0 ? 0 : 1}, NULL, '{}', NULL, '"in"', 'me', 1, 0, NULL, ${saga}, ${saga})`);
      for (const seq of [1, 2]) {
        database.exec(`INSERT INTO saga_appends VALUES (${saga + 5}, ${seq}, ${10 * seq - saga},
          '[[${seq},7,1,"{}",null,null]]')`);
      }
    }
    database.exec('CREATE VIEW report AS SELECT count(*) AS n FROM saga_records');
    database.exec('CREATE VIEW broken AS SELECT * FROM what_was_dropped');
    database.close();
    const journal = sqliteJournal({ file });
    await journal.open();
    for (const id of ['running', 'completed', 'parked']) {
      const stored = await journal.load({ name: 'T', id });
      expect(stored?.row).toMatchObject({ id, status: id, input: '"in"', owner: 'me' });
      expect(stored?.entries.map(({ seq }) => seq)).toEqual([1, 2]);
      const { rows } = await journal.list({ status: id as SagaStatus });
      expect(rows.map((row) => row.id)).toEqual([id]);
    }
    const entry = { seq: 3, at: 8, epoch: 1, head: '{}', result: null, context: null };
    await journal.append({
      ...{ ref: { name: 'T', id: 'running' }, owner: 'me', epoch: 1, entries: [entry] },
      ...{ status: 'completed', progress: true },
    });
    const { rows } = await journal.list({ name: 'T', status: 'completed' });
    expect(rows.map(({ id }) => id)).toEqual(['completed', 'running']);
    await journal.close();
    const people = open(file);
    expect(people.prepare('SELECT n FROM report').all()).toEqual([{ n: 7 }]);
    people.close();
  });

  it('is asked for before anything else, and nothing works after close', async () => {
    const journal = sqliteJournal({ file: join(tempFolder(), 'sagas.db') });
    const ref = { name: 'T', id: '1' };
    await expect(journal.get(ref)).rejects.toThrow('is not open');
    await expect(journal.leave('me')).rejects.toThrow('is not open');
    await journal.open();
    await journal.close();
    for (const work of [journal.get(ref), journal.leave('me')]) {
      await expect(work).rejects.toThrow('is closed');
    }
  });

  it('keeps every record readable for people', async () => {
    const file = join(tempFolder(), 'sagas.db');
    const journal = sqliteJournal({ file });
    await journal.open();
    const head = '{"type":"started"}';
    const entry = { seq: 1, at: 5, epoch: 1, head, result: null, context: '{"a":"é"}' };
    await journal.create({
      ...{ name: 'T', id: '1', version: 1, fingerprint: 'f', status: 'running', key: null },
      ...{ tags: {}, deadline: null, input: '{}', owner: 'me', entries: [entry] },
    });
    await journal.close();
    const database = open(file);
    const rows = database.prepare('SELECT * FROM saga_records').all();
    database.close();
    expect(rows).toEqual([expect.objectContaining({ ...entry, saga: 1 })]);
  });
});

describe('better-sqlite3 as a driver', () => {
  it('is refused where its binary would kill the process', () => {
    expect(() => refuseFatalVersion('13.2.0', 9)).toThrow(/must not be better-sqlite3 13\.2\.0/);
    expect(() => refuseFatalVersion(undefined, 9)).toThrow('use libsql');
    expect(() => refuseFatalVersion('12.4.1', 9)).not.toThrow();
    expect(() => refuseFatalVersion('13.2.0', 10)).not.toThrow();
    expect(() => refuseFatalVersion(undefined, 10)).not.toThrow();
  });

  it('tells its version from its manifest, without being loaded', () => {
    const folder = join(tempFolder(), 'src', 'deep');
    expect(installedVersion([folder])).toBeUndefined();
    const manifest = join(folder, '../node_modules/better-sqlite3/package.json');
    mkdirSync(dirname(manifest), { recursive: true });
    writeFileSync(manifest, '{"version":"13.2.0"}');
    expect(installedVersion(['/nowhere', folder])).toBe('13.2.0');
  });

  it('is not even constructed when it is refused', async () => {
    let constructed = 0;
    class Database extends Libsql {
      constructor(file: string) {
        super(file);
        constructed += 1;
      }
    }
    const file = join(tempFolder(), 'sagas.db');
    const journal = sqliteJournal({ file, driver: betterSqlite3(Database) });
    const modern = Number(process.versions.napi) >= 10;
    const outcome = await journal.open().catch((error: unknown) => error);
    expect(isSagaError(outcome, 'SAGA_OPTIONS')).toBe(!modern);
    expect(constructed).toBe(modern ? 1 : 0);
    await journal.close();
  });
});
