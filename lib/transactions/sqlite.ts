import type { SagaTransaction, SagaTransactions } from '../core/index.js';

type Rows = readonly Readonly<Record<string, unknown>>[];

/** The part of a connection of better-sqlite3 or libsql that is used; both fit as they are. */
export interface SqliteTransactionDatabase {
  exec(sql: string): unknown;
  prepare(sql: string): {
    /** It answers rows. */
    readonly reader: boolean;
    all(values: unknown[]): unknown[];
    run(values: unknown[]): unknown;
  };
}

/** How long a transaction waits for another writer, in ms. */
const PATIENCE_MS = 10_000;

async function begin(database: SqliteTransactionDatabase): Promise<void> {
  const end = performance.now() + PATIENCE_MS;
  for (let pause = 1; ; pause = Math.min(2 * pause, 16)) {
    try {
      return void database.exec('BEGIN IMMEDIATE');
    } catch (error) {
      const isBusy = String((error as { code?: unknown }).code).startsWith('SQLITE_BUSY');
      if (!isBusy || performance.now() > end) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}

function rollBack(database: SqliteTransactionDatabase): void {
  try {
    database.exec('ROLLBACK');
  } catch {
    // SQLite has rolled back by itself: a full disk, an I/O error.
  }
}

/**
 * Transactions on one connection of better-sqlite3 or libsql, of which the journal must use the same library.
 * `run` lets one transaction follow the other; where you send `BEGIN IMMEDIATE` yourself, that is yours to see
 * to. Their own `database.transaction()` is over before anything that is awaited in it.
 */
export function fromSqlite<Database extends SqliteTransactionDatabase>(
  database: Database,
): SagaTransactions<Database> {
  let last: Promise<unknown> = Promise.resolve();
  return {
    use: (tx): SagaTransaction => ({
      query: async (sql, params) => {
        const statement = tx.prepare(sql);
        if (statement.reader) return statement.all([...params]) as Rows;
        statement.run([...params]);
        return [];
      },
    }),
    run: (work) => {
      const turn = last.then(async () => {
        await begin(database);
        try {
          const value = await work(database);
          database.exec('COMMIT');
          return value;
        } catch (error) {
          rollBack(database);
          throw error;
        }
      });
      last = turn.catch(() => undefined);
      return turn;
    },
  };
}
