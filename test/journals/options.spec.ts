import { chmodSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { memoryJournal } from 'nestjs-saga-orchestrator';
import { isSagaError } from 'nestjs-saga-orchestrator/core';
import { postgresJournal, postgresJournalSql } from 'nestjs-saga-orchestrator/postgres';
import { betterSqlite3, libsql, sqliteJournal } from 'nestjs-saga-orchestrator/sqlite';
import { unencryptedProblem } from '../../lib/journals/postgres/session.js';
import { removeTempFolders, tempFolder } from './temp-folder.js';
import { newSaga } from './append-load.js';

afterAll(removeTempFolders);

function refusalOf(make: () => unknown): string {
  try {
    make();
  } catch (error) {
    expect(isSagaError(error, 'SAGA_OPTIONS')).toBe(true);
    return (error as Error).message;
  }
  throw new Error('It was accepted');
}

/** Options as no compiler would let them pass. */
const loose = (options: unknown): any => options;

describe('what no journal can mean is refused, all of it in one error (semantics 23)', () => {
  it.each<[string, () => unknown, readonly RegExp[]]>([
    [
      'memoryJournal',
      () => memoryJournal(loose({ maxEnded: -1, maxSagas: 5 })),
      [/maxEnded must be a whole number/, /'maxSagas'/],
    ],
    ['memoryJournal(null)', () => memoryJournal(loose(null)), [/memoryJournal .*null/]],
    ['maxEnded: null', () => memoryJournal(loose({ maxEnded: null })), [/maxEnded .*null/]],
    [
      'sqliteJournal',
      () => sqliteJournal(loose({ file: '', fileMode: 0o44, busyTimeout: 1, driver: null })),
      [/file must be/, /fileMode .*0o44/, /'busyTimeout'/, /driver must be/],
    ],
    ['sqliteJournal(null)', () => sqliteJournal(loose(null)), [/sqliteJournal .*null/]],
    [
      'fileMode as a text',
      () => sqliteJournal(loose({ file: 'a.db', fileMode: '600' })),
      [/fileMode .*'600'/],
    ],
    ['betterSqlite3()', () => betterSqlite3(loose(undefined)), [/betterSqlite3 .*undefined/]],
    ['libsql()', () => libsql(loose(undefined)), [/libsql .*undefined/]],
    [
      'postgresJournal',
      () => postgresJournal(loose({ connection: { hots: 'db', port: 0 }, schem: 'x', migrate: 1 })),
      [/'hots'/, /connection\.port .*0/, /'schem'/, /migrate must be/],
    ],
    [
      'connection: null',
      () => postgresJournal(loose({ connection: null })),
      [/connection must be an object .*null/],
    ],
    ['pool: null', () => postgresJournal(loose({ pool: null })), [/pool must be .*null/]],
    [
      'connectionString: a symbol',
      () => postgresJournal(loose({ connectionString: Symbol('url') })),
      [/connectionString must begin with/],
    ],
    [
      'connectionString: a list of one',
      () => postgresJournal(loose({ connectionString: ['postgres://db/shop'] })),
      [/connectionString must begin with/],
    ],
    [
      'connectionString: null',
      () => postgresJournal(loose({ connectionString: null })),
      [/connectionString must begin with/],
    ],
    [
      'parts of a connection',
      () =>
        postgresJournal(loose({ connection: { host: null, user: 5, ssl: 'yes', password: 1 } })),
      [/connection\.host .*null/, /connection\.user .*5/, /connection\.ssl .*'yes'/, /password/],
    ],
    [
      'postgresJournalSql',
      () => postgresJournalSql(loose({ schem: 'x', from: -1 })),
      [/'schem'/, /from must be/],
    ],
    [
      'postgresJournalSql(null)',
      () => postgresJournalSql(loose(null)),
      [/postgresJournalSql .*null/],
    ],
  ])('%s', (_, make, told) => {
    const message = refusalOf(make);
    for (const part of told) expect(message).toMatch(part);
  });

  it('tells no password', () => {
    const make = () => postgresJournal(loose({ connection: { password: ['hunter2'], hots: 1 } }));
    expect(refusalOf(make)).not.toContain('hunter2');
  });

  it('takes undefined for the default', () => {
    memoryJournal({ maxEnded: undefined } as never);
    sqliteJournal({ file: 'a.db', fileMode: undefined, driver: undefined } as never);
    const connection = { host: undefined, port: undefined, ssl: undefined };
    postgresJournal({ connection, schema: undefined, onWarning: undefined } as never);
    expect(postgresJournalSql({ schema: undefined } as never)).toBe(postgresJournalSql());
  });
});

describe('the files of the SQLite journal', () => {
  const modesOf = (file: string): number[] =>
    ['', '-wal', '-shm'].map((suffix) => statSync(`${file}${suffix}`).mode & 0o777);

  it.each<[string, number, { readonly fileMode?: number }]>([
    ['their owner alone', 0o600, {}],
    ['whom fileMode names, whatever the umask', 0o666, { fileMode: 0o666 }],
  ])('are for %s', async (_, mode, options) => {
    const file = join(tempFolder(), 'deep', 'sagas.db');
    const journal = sqliteJournal({ file, ...options });
    await journal.open();
    await journal.create(newSaga('one'));
    expect(modesOf(file)).toEqual([mode, mode, mode]);
    await journal.close();
  });

  it('that is there keeps its mode', async () => {
    const file = join(tempFolder(), 'sagas.db');
    const first = sqliteJournal({ file });
    await first.open();
    await first.close();
    chmodSync(file, 0o640);
    const second = sqliteJournal({ file });
    await second.open();
    await second.create(newSaga('one'));
    expect(modesOf(file)[0]).toBe(0o640);
    await second.close();
  });
});

describe('a Postgres server that is reached without TLS', () => {
  const client = (stream: object): object => ({ connection: { stream } });

  it.each(['10.0.0.7', '2001:db8::7', '::ffff:192.168.1.7'])(
    'at %s is warned of',
    (remoteAddress) => {
      expect(unencryptedProblem(client({ remoteAddress }))).toMatch(/without TLS.*connection\.ssl/);
      expect(unencryptedProblem(client({ remoteAddress, encrypted: true }))).toBeUndefined();
    },
  );

  it.each(['127.0.0.1', '127.8.0.1', '::1', '::ffff:127.0.0.1', undefined])(
    'at %s, on this machine, is not',
    (remoteAddress) => {
      expect(unencryptedProblem(client({ remoteAddress }))).toBeUndefined();
      expect(unencryptedProblem({})).toBeUndefined();
    },
  );
});
