import BetterSqlite3 from 'better-sqlite3';
import {
  CamelCasePlugin,
  type Dialect,
  Kysely,
  PostgresDialect,
  SqliteDialect,
  type Transaction,
} from 'kysely';
import { Pool } from 'pg';
import { fromKysely } from 'nestjs-saga-orchestrator/transactions';
import { prove } from './prove.js';
import type { Client } from './stand.js';

interface Tables {
  readonly orders: { readonly id: string };
}

async function open(dialect: Dialect): Promise<Client<Transaction<Tables>>> {
  // A plugin that renames columns, which the journal must not see.
  const db = new Kysely<Tables>({ dialect, plugins: [new CamelCasePlugin()] });
  return {
    transactions: { useFactory: () => fromKysely(db) },
    database: db,
    order: (trx, id) => trx.insertInto('orders').values({ id }).execute(),
    close: () => db.destroy(),
  };
}

/** Kysely hears nothing of a session that ends while it is lent. */
function poolOf(connectionString: string): Pool {
  const pool = new Pool({ connectionString });
  pool.on('error', () => undefined);
  return pool.on('connect', (client) => client.on('error', () => undefined));
}

prove('Kysely', {
  postgres: (url) => open(new PostgresDialect({ pool: poolOf(url) })),
  sqlite: [BetterSqlite3, (file) => open(new SqliteDialect({ database: new BetterSqlite3(file) }))],
});
