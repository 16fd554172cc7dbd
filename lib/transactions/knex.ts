import type { SagaTransaction, SagaTransactions } from '../core/index.js';
import { withQuestionMarks } from './question-marks.js';
import { rowsOf } from './rows.js';

/** The part of a `Knex.Transaction` that is used. */
export interface KnexTransaction {
  raw(sql: string, bindings: never): PromiseLike<unknown>;
}

/** The part of a `Knex` that is used. */
export interface KnexDatabase<Trx extends KnexTransaction> {
  transaction<T>(work: (trx: Trx) => Promise<T>, config?: object): Promise<T>;
}

/** Transactions of Knex: `{ transaction: trx }` takes what `knex.transaction()` gives its callback, or answers. */
export function fromKnex<Trx extends KnexTransaction>(
  knex: KnexDatabase<Trx>,
): SagaTransactions<Trx> {
  return {
    use: (trx): SagaTransaction => ({
      query: async (sql, params) => {
        const [text, values] = withQuestionMarks(sql, params);
        return rowsOf(await trx.raw(text, values as never));
      },
    }),
    run: (work, { isolation } = {}) =>
      knex.transaction(work, isolation === undefined ? {} : { isolationLevel: isolation }),
  };
}
