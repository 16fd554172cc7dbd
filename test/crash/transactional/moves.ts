import type { JournalEntry, SagaTransactions } from 'nestjs-saga-orchestrator/core';
import { fromPg, fromSqlite } from 'nestjs-saga-orchestrator/transactions';
import { unpackAll } from '../../../lib/journals/sql/packing.js';
import type { StoreConfig } from '../stores.js';

/** A saga as one look of another session shows it: its records, and the rows that its steps have made. */
export interface Seen {
  readonly id: string;
  readonly status: string;
  readonly entries: readonly JournalEntry[];
  /** 'do Debit', 'undo Debit', in the order in which they were made. */
  readonly rows: readonly string[];
}

/** Rows of an application, in the database of the journal. */
export interface Moves {
  readonly transactions: SagaTransactions;
  move(tx: unknown, saga: string, what: string): Promise<unknown>;
  /** All sagas and rows, as of one moment. */
  look(): Promise<readonly Seen[]>;
  close(): Promise<void>;
}

interface Row {
  readonly id: string;
  readonly status: string;
  readonly records: string | null;
  readonly rows: string | null;
}

function listed(json: string | null): readonly string[] {
  return json === null ? [] : (JSON.parse(json) as readonly string[]);
}

function seen({ id, status, records, rows }: Row): Seen {
  const { entries } = unpackAll(listed(records));
  return { id, status, entries, rows: listed(rows) };
}

async function onSqlite(file: string): Promise<Moves> {
  const { default: Database } = await import('libsql');
  const database = new Database(file);
  database.exec('PRAGMA journal_mode = wal');
  database.exec('PRAGMA busy_timeout = 5000');
  database.exec('CREATE TABLE IF NOT EXISTS moves (at INTEGER PRIMARY KEY, saga TEXT, what TEXT)');
  const transactions = fromSqlite(database) as SagaTransactions;
  const outside = new Database(file);
  const look = `SELECT s.id, s.status,
    (SELECT json_group_array(a.records) FROM (SELECT records FROM saga_appends
      WHERE saga = s.saga ORDER BY seq) a) AS records,
    (SELECT json_group_array(m.what) FROM (SELECT what FROM moves WHERE saga = s.id ORDER BY at) m) AS rows
    FROM sagas s ORDER BY s.id`;
  return {
    transactions,
    move: (tx, saga, what) =>
      transactions.use(tx).query('INSERT INTO moves (saga, what) VALUES (?, ?)', [saga, what]),
    look: async () => (outside.prepare(look).all() as Row[]).map(seen),
    close: async () => {
      outside.close();
      database.close();
    },
  };
}

async function onPostgres(connectionString: string, schema: string): Promise<Moves> {
  const { default: pg } = await import('pg');
  const pool = new pg.Pool({ connectionString, max: 20 });
  pool.on('error', () => undefined);
  await pool.query(
    `CREATE TABLE IF NOT EXISTS "${schema}".moves (at bigserial PRIMARY KEY, saga text, what text)`,
  );
  await pool.query(`CREATE INDEX IF NOT EXISTS moves_saga ON "${schema}".moves (saga, at)`);
  const look = `SELECT s.id, s.status,
    (SELECT json_agg(r.records ORDER BY r.seq) FROM (
      SELECT s.initial_records AS records, 0 AS seq
      UNION ALL SELECT a.records, a.first_seq FROM "${schema}".saga_appends a WHERE a.saga = s.saga) r)::text AS records,
    (SELECT json_agg(m.what ORDER BY m.at) FROM "${schema}".moves m WHERE m.saga = s.id)::text AS rows
    FROM "${schema}".sagas s ORDER BY s.id`;
  return {
    transactions: fromPg(pool),
    move: (tx, saga, what) =>
      (tx as typeof pool).query(`INSERT INTO "${schema}".moves (saga, what) VALUES ($1, $2)`, [
        saga,
        what,
      ]),
    look: async () => (await pool.query<Row>(look)).rows.map(seen),
    close: () => pool.end(),
  };
}

/** Once the journal is opened, which makes the schema. */
export function openMoves(store: StoreConfig): Promise<Moves> {
  if (store.kind === 'sqlite') return onSqlite(store.file);
  return onPostgres(store.connectionString, store.schema);
}
