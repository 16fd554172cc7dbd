import { join } from 'node:path';
import type { OnApplicationShutdown } from '@nestjs/common';
import Database from 'libsql';
import { Pool } from 'pg';
import {
  fromPg,
  fromSqlite,
  type SagaTransaction,
  type SagaTransactions,
} from 'nestjs-saga-orchestrator/transactions';
import { dataFolder } from './data-folder.js';
import { TABLES } from './tables.js';

/** An open transaction. In either database `$1` is the first parameter. */
export type Tx = SagaTransaction;

export type Row = Readonly<Record<string, unknown>>;

/** The SQLite file of the shop's tables, and of its sagas. */
export function shopFile(env: NodeJS.ProcessEnv = process.env): string {
  return join(dataFolder(env), 'shop.db');
}

/**
 * The shop's own tables. Its sagas are kept in the same database, so that a row and the start of its saga, or a row and
 * the record of its step, are committed together.
 */
export class ShopDatabase implements OnApplicationShutdown {
  constructor(
    /** How a transaction is begun here, for the module of the sagas. */
    readonly transactions: SagaTransactions<Tx>,
    /** What is committed. */
    readonly read: Tx['query'],
    private readonly close: () => unknown,
  ) {}

  /** All of what `work` does through its transaction, or nothing. */
  run<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.transactions.run(work);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.close();
  }
}

function onSqlite(file: string): ShopDatabase {
  const database = new Database(file);
  database.exec('PRAGMA journal_mode = wal');
  // What an open transaction has written is seen by its own connection alone.
  const reader = new Database(file);
  const sqlite = fromSqlite(database);
  const within = (connection: Database.Database): Tx => ({
    query: (sql, params) => sqlite.use(connection).query(sql.replaceAll(/\$(\d+)/g, '?$1'), params),
  });
  return new ShopDatabase(
    { run: (work) => sqlite.run((tx) => work(within(tx))), use: (tx) => tx },
    (sql, params) => within(reader).query(sql, params),
    () => [reader, database].forEach((connection) => connection.close()),
  );
}

function onPostgres(connectionString: string, schema: string): ShopDatabase {
  const pool = new Pool({ connectionString, options: `-c search_path=${schema}` });
  // A connection that the server ends while nobody uses it: the pool makes another.
  pool.on('error', () => undefined);
  const postgres = fromPg(pool);
  return new ShopDatabase(
    {
      run: (work, options) => postgres.run((client) => work(postgres.use(client)), options),
      use: (tx) => tx,
    },
    async (sql, params) => (await pool.query<Row>(sql, [...params])).rows,
    () => pool.end(),
  );
}

/** `DATABASE_URL` names a Postgres, `SAGA_SCHEMA` a schema of it; a SQLite file needs nothing to be installed. */
export async function openShopDatabase(
  env: NodeJS.ProcessEnv = process.env,
): Promise<ShopDatabase> {
  const connectionString = env['DATABASE_URL'];
  const schema = env['SAGA_SCHEMA'] || 'shop';
  const database = connectionString
    ? onPostgres(connectionString, schema)
    : onSqlite(shopFile(env));
  // Processes that start at the same time take turns.
  const first = ['SELECT pg_advisory_xact_lock(1)', `CREATE SCHEMA IF NOT EXISTS "${schema}"`];
  await database.run(async (tx) => {
    for (const sql of [...(connectionString ? first : []), ...TABLES]) await tx.query(sql, []);
  });
  return database;
}
