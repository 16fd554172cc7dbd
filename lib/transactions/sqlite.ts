import type { SagaTransaction, SagaTransactions } from '../core/index.js';
import { onceFree, TakingTurns } from './one-connection.js';
import type { Rows } from './rows.js';

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
  const turns = new TakingTurns();
  return {
    use: (tx): SagaTransaction => ({
      query: async (sql, params) => {
        const statement = tx.prepare(sql);
        if (statement.reader) return statement.all([...params]) as Rows;
        statement.run([...params]);
        return [];
      },
    }),
    run: (work) =>
      turns.take(async () => {
        await onceFree(() => database.exec('BEGIN IMMEDIATE'));
        try {
          const value = await work(database);
          database.exec('COMMIT');
          return value;
        } catch (error) {
          rollBack(database);
          throw error;
        }
      }),
  };
}
