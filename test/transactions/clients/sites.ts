import BetterSqlite3 from 'better-sqlite3';
import Libsql from 'libsql';
import { sqliteJournal, type SqliteDriver } from 'nestjs-saga-orchestrator/sqlite';
import { postgresJournal } from 'nestjs-saga-orchestrator/postgres';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { Client as Session } from 'pg';
import { tempFolder } from '../../journals/temp-folder.js';
import type { Client, Site } from './stand.js';

const TABLE = 'CREATE TABLE orders (id text PRIMARY KEY, shipped boolean)';
let made = 0;

async function asked(url: string, text: string): Promise<readonly Record<string, any>[]> {
  const session = new Session({ connectionString: url });
  await session.connect();
  try {
    return (await session.query(text)).rows;
  } finally {
    await session.end();
  }
}

export interface Sites {
  next(): Promise<Site>;
  dispose(): Promise<void>;
}

/** Two databases on the server, for one site after the other. */
export async function postgresSites(
  server: string,
  open: (url: string) => Promise<Client>,
): Promise<Sites> {
  const names = ['shop', 'elsewhere'].map((name) => `${name}_${randomUUID().slice(0, 8)}`);
  const [url, elsewhere] = names.map((name) => new URL(`/${name}`, server).href) as [
    string,
    string,
  ];
  for (const name of names) await asked(server, `CREATE DATABASE ${name}`);
  for (const each of [url, elsewhere]) await asked(each, TABLE);
  const next = async (): Promise<Site> => {
    const schema = `saga_${(made += 1)}`;
    await asked(url, 'TRUNCATE orders');
    return {
      kind: 'postgres',
      sagas: `${schema}.sagas`,
      client: () => open(url),
      clientElsewhere: () => open(elsewhere),
      journal: () => postgresJournal({ connectionString: url, schema }),
      orders: async () => {
        const rows = await asked(url, 'SELECT id FROM orders ORDER BY id');
        return rows.map(({ id }) => String(id));
      },
      endIdleTransactions: async () => {
        const ended = await asked(
          url,
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE datname = current_database() AND state = 'idle in transaction'`,
        );
        if (ended.length === 0) throw new Error('no session had a transaction open');
      },
    };
  };
  const dispose = async (): Promise<void> => {
    for (const name of names) await asked(server, `DROP DATABASE ${name} WITH (FORCE)`);
  };
  return { next, dispose };
}

/** A class of connections of better-sqlite3 or libsql. */
export type SqliteLibrary = new (file: string) => object;

const named = (name: string, Library: SqliteLibrary): SqliteDriver => ({
  name,
  open: (file) => new Library(file) as ReturnType<SqliteDriver['open']>,
});

/** Files of their own, which the client and the journal open through one library. */
export async function sqliteSite(
  library: SqliteLibrary,
  open: (file: string) => Promise<Client>,
): Promise<Site> {
  const folder = tempFolder();
  const [file, elsewhere] = [join(folder, 'shop.db'), join(folder, 'elsewhere.db')];
  const own = named('of the client', library);
  const other = (library === Libsql ? BetterSqlite3 : Libsql) as unknown as SqliteLibrary;
  for (const each of [file, elsewhere]) {
    const database = own.open(each);
    database.exec('PRAGMA journal_mode = wal');
    database.exec(TABLE);
    database.close();
  }
  const onFile = (driver: SqliteDriver) => sqliteJournal({ file, driver, busyTimeoutMs: 5_000 });
  return {
    kind: 'sqlite',
    sagas: 'sagas',
    client: () => open(file),
    clientElsewhere: () => open(elsewhere),
    journal: () => onFile(own),
    journalOfAnotherLibrary: () => onFile(named('the other one', other)),
    orders: async () => {
      const database = own.open(file);
      try {
        const rows = database.prepare('SELECT id FROM orders ORDER BY id').all();
        return rows.map(({ id }) => String(id));
      } finally {
        database.close();
      }
    },
  };
}
