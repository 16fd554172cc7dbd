import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import Libsql from 'libsql';
import type { Journal } from 'nestjs-saga-orchestrator/core';
import {
  sqliteJournal,
  type SqliteConnection,
  type SqliteDriver,
  type SqliteJournalOptions,
} from 'nestjs-saga-orchestrator/sqlite';
import { librariesOn } from '../../../lib/journals/sqlite/one-library.js';
import { newSaga } from '../append-load.js';
import { bundle, WORKER_THREAD } from './child-program.js';
import { secondLibrary } from './second-library.js';
import { removeTempFolders, tempFolder } from '../temp-folder.js';

let mockWorker: URL;

// No thread can run the TypeScript that Jest runs.
jest.mock('../../../lib/journals/sqlite/worker-file.js', () => ({
  ...jest.requireActual('../../../lib/journals/sqlite/worker-file.js'),
  workerFile: () => mockWorker,
}));

interface Connection {
  exec(sql: string): unknown;
  close(): unknown;
}
type Library = new (file: string) => Connection;

let Second: Library;
beforeAll(() => {
  Second = secondLibrary();
  mockWorker = pathToFileURL(bundle(WORKER_THREAD, tempFolder()));
});

const journals: Journal[] = [];
const connections: Connection[] = [];
afterEach(async () => {
  for (const journal of journals.splice(0)) await journal.close();
  for (const connection of connections.splice(0)) connection.close();
});
afterAll(removeTempFolders);

/** An application that keeps its own table in the file. */
function application(Database: Library, file: string): Connection {
  const connection = new Database(file);
  connections.push(connection);
  connection.exec('PRAGMA journal_mode = wal');
  connection.exec('CREATE TABLE IF NOT EXISTS orders (id)');
  connection.exec('INSERT INTO orders VALUES (1)');
  return connection;
}

function journalOn(file: string, options: Partial<SqliteJournalOptions> = {}): Journal {
  const journal = sqliteJournal({ file, ...options });
  journals.push(journal);
  return journal;
}

const libsql: SqliteDriver = {
  name: 'handed in',
  open: (file) => new Libsql(file) as unknown as SqliteConnection,
};
const second: SqliteDriver = {
  name: 'a copy of libsql',
  open: (file) => new Second(file) as unknown as SqliteConnection,
};
const main: Partial<SqliteJournalOptions> = { driver: libsql };
const newFile = (): string => join(tempFolder(), 'sagas.db');
const beat = (journal: Journal): Promise<unknown> => journal.heartbeat('anna', 60_000);

describe('two SQLite libraries on one file in one process', () => {
  it('are refused when the journal opens what another library has open', async () => {
    const file = newFile();
    application(Second, file);
    const refused = journalOn(file, main).open();
    await expect(refused).rejects.toMatchObject({ code: 'SAGA_JOURNAL' });
    await expect(refused).rejects.toThrow(
      /sagas\.db is stopped: beside its driver handed in another SQLite library .* give the journal, as its driver/,
    );
  });

  it('are refused also behind a link, and in a worker thread', async () => {
    const file = newFile();
    application(Second, file);
    const link = join(tempFolder(), 'link.db');
    symlinkSync(file, link);
    await expect(journalOn(link, main).open()).rejects.toThrow(/another SQLite library/);
    await expect(journalOn(file, { thread: 'worker' }).open()).rejects.toThrow(
      /another SQLite library/,
    );
  });

  it('are refused when they are the drivers of two journals', async () => {
    const file = newFile();
    await journalOn(file, main).open();
    await expect(journalOn(file, { driver: second }).open()).rejects.toThrow(
      /beside its driver a copy of libsql another SQLite library/,
    );
  });

  it('stop the journal within a dozen heartbeats when the other one comes later', async () => {
    const file = newFile();
    const journal = journalOn(file, main);
    await journal.open();
    await beat(journal);
    application(Second, file);
    const failures: string[] = [];
    for (let beats = 0; beats < 12; beats += 1) {
      await beat(journal).catch((error: Error) => failures.push(error.message));
    }
    expect(failures).toEqual([expect.stringMatching(/another SQLite library/)]);
    await expect(journal.create(newSaga('one'))).rejects.toThrow(/another SQLite library/);
    await expect(journal.get(newSaga('one'))).rejects.toThrow(/another SQLite library/);
  });

  it('are told apart from one with many connections, journals, names and threads', async () => {
    const file = newFile();
    application(Libsql, file);
    application(Libsql, file);
    const all = [
      journalOn(file, main),
      journalOn(file, { driver: { ...libsql, name: 'by another name' } }),
      journalOn(file, main),
    ];
    // Its thread finds the driver itself: where Node has SQLite built in, that is another library.
    if (process.getBuiltinModule('node:sqlite' as 'node:fs') === undefined) {
      all.push(journalOn(file, { thread: 'worker' }));
    }
    for (const journal of all) await journal.open();
    // Of another file nobody cares which library has it open.
    application(Second, newFile());
    for (const journal of all) for (let beats = 0; beats < 14; beats += 1) await beat(journal);
  });

  it('may follow one another', async () => {
    const file = newFile();
    application(Second, file).close();
    connections.pop();
    const journal = journalOn(file, main);
    await journal.open();
    await beat(journal);
  });

  it('are not looked for where they cannot be seen', () => {
    const file = newFile();
    application(Libsql, file);
    expect(librariesOn(file)).toBe(1);
    expect(librariesOn(file, join(tempFolder(), 'no', 'proc'))).toBe(0);
  });
});
