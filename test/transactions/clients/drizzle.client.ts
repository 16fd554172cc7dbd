import { createClient } from '@libsql/client';
import BetterSqlite3 from 'better-sqlite3';
import { sql } from 'drizzle-orm';
import { drizzle as onBetterSqlite3 } from 'drizzle-orm/better-sqlite3';
import { drizzle as onLibsql } from 'drizzle-orm/libsql';
import { drizzle as onPg } from 'drizzle-orm/node-postgres';
import { pgTable, text as pgText } from 'drizzle-orm/pg-core';
import { sqliteTable, text as sqliteText } from 'drizzle-orm/sqlite-core';
import Libsql from 'libsql';
import { Pool } from 'pg';
import { fromDrizzle } from 'nestjs-saga-orchestrator/transactions';
import { prove } from './prove.js';
import type { Client } from './stand.js';

const pgOrders = pgTable('orders', { id: pgText('id').primaryKey() });
const sqliteOrders = sqliteTable('orders', { id: sqliteText('id').primaryKey() });

type PgDatabase = ReturnType<typeof onPg>;
type PgTransaction = Parameters<Parameters<PgDatabase['transaction']>[0]>[0];
type LibsqlDatabase = ReturnType<typeof onLibsql>;
type LibsqlTransaction = Parameters<Parameters<LibsqlDatabase['transaction']>[0]>[0];

async function openOnPg(connectionString: string): Promise<Client<PgTransaction>> {
  const pool = new Pool({ connectionString });
  // Drizzle and the pool hear nothing of a session that ends while it is lent.
  pool.on('connect', (client) => client.on('error', () => undefined));
  pool.on('error', () => undefined);
  const db = onPg({ client: pool });
  return {
    transactions: { useFactory: () => fromDrizzle(db, sql) },
    database: db,
    order: async (tx, id) => tx.insert(pgOrders).values({ id }),
    close: () => pool.end(),
  };
}

async function openOnLibsql(file: string): Promise<Client<LibsqlTransaction>> {
  const client = createClient({ url: `file:${file}` });
  const db = onLibsql({ client });
  return {
    transactions: { useFactory: () => fromDrizzle(db, sql) },
    database: db,
    order: async (tx, id) => tx.insert(sqliteOrders).values({ id }),
    close: async () => client.close(),
  };
}

prove('Drizzle', {
  postgres: openOnPg,
  sqlite: [Libsql, openOnLibsql],
});

it('Drizzle on better-sqlite3 is refused by name', () => {
  const db = onBetterSqlite3({ client: new BetterSqlite3(':memory:') });
  expect(() => fromDrizzle(db, sql)).toThrow(
    /fromDrizzle cannot be given a BetterSQLite3Database: .* Use Drizzle on libsql/,
  );
});
