import type { SagaTransactions } from 'nestjs-saga-orchestrator/core';
import { fromPg, fromSqlite } from 'nestjs-saga-orchestrator/transactions';
import type { StoreConfig } from '../stores.js';

/** The orders of an application, in the database of the journal, and how it runs transactions there. */
export interface Orders {
  readonly transactions: SagaTransactions;
  place(tx: unknown, id: string): Promise<unknown>;
  ids(): Promise<readonly string[]>;
  close(): Promise<void>;
}

const SELECT = 'SELECT id FROM placed_orders ORDER BY id';
const CREATE = 'CREATE TABLE IF NOT EXISTS placed_orders (id TEXT PRIMARY KEY)';

async function onSqlite(file: string): Promise<Orders> {
  const { default: Database } = await import('libsql');
  const database = new Database(file);
  database.exec('PRAGMA journal_mode = wal');
  database.exec(CREATE);
  const transactions = fromSqlite(database) as SagaTransactions;
  const rowsOf = async (tx: unknown, sql: string, params: readonly unknown[] = []) =>
    transactions.use(tx).query(sql, params);
  return {
    transactions,
    place: (tx, id) => rowsOf(tx, 'INSERT INTO placed_orders VALUES (?)', [id]),
    ids: async () => (await rowsOf(database, SELECT)).map((row) => String(row['id'])),
    close: async () => void database.close(),
  };
}

async function onPostgres(connectionString: string, schema: string): Promise<Orders> {
  const { default: pg } = await import('pg');
  const pool = new pg.Pool({ connectionString });
  const within = (sql: string): string => sql.replace('placed_orders', `"${schema}".placed_orders`);
  await pool.query(within(CREATE));
  return {
    transactions: fromPg(pool),
    place: (tx, id) =>
      (tx as typeof pool).query(within('INSERT INTO placed_orders VALUES ($1)'), [id]),
    ids: async () => (await pool.query(within(SELECT))).rows.map(({ id }) => String(id)),
    close: () => pool.end(),
  };
}

/** Once the journal is opened, which makes the schema. */
export function openOrders(store: StoreConfig): Promise<Orders> {
  if (store.kind === 'sqlite') return onSqlite(store.file);
  return onPostgres(store.connectionString, store.schema);
}
