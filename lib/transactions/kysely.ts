import type { SagaTransaction, SagaTransactions } from '../core/index.js';
import { rowsOf } from './rows.js';

/** The part of a `Transaction` of Kysely that is used. */
export interface KyselyTransaction {
  withoutPlugins(): { executeQuery(query: never): Promise<unknown> };
}

/** The part of what `db.transaction()` makes that is used. */
export interface KyselyTransactionBuilder<Tx extends KyselyTransaction> {
  setIsolationLevel(level: never): KyselyTransactionBuilder<Tx>;
  execute<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
}

/** The part of a `Kysely` that is used. */
export interface KyselyDatabase<Tx extends KyselyTransaction> {
  transaction(): KyselyTransactionBuilder<Tx>;
}

/**
 * Transactions of Kysely: `{ transaction: trx }` takes what `db.transaction().execute()` gives its callback, and a
 * controlled transaction.
 */
export function fromKysely<Tx extends KyselyTransaction>(
  db: KyselyDatabase<Tx>,
): SagaTransactions<Tx> {
  return {
    use: (tx): SagaTransaction => ({
      query: async (sql, params) => {
        const parameters = [...params];
        // A compiled query. Plugins would rename the columns of its answer.
        const query = {
          sql,
          parameters,
          query: { kind: 'RawNode', sqlFragments: [sql], parameters: [] },
          queryId: { queryId: 'saga' },
        };
        return rowsOf(await tx.withoutPlugins().executeQuery(query as never));
      },
    }),
    run: (work, { isolation } = {}) => {
      const begun = db.transaction();
      const builder = isolation === undefined ? begun : begun.setIsolationLevel(isolation as never);
      return builder.execute(work);
    },
  };
}
