import type { SagaTransaction, SagaTransactions } from '../core/index.js';
import { withQuestionMarks } from './question-marks.js';
import { rowsOf } from './rows.js';

/** The part of an `EntityManager` of a SQL driver of MikroORM that is used. */
export interface MikroOrmEntityManager {
  getConnection(): {
    execute(sql: string, params: unknown[], method: 'all', ctx?: never): Promise<unknown>;
  };
  getTransactionContext(): unknown;
}

/** The part of a `MikroORM` that is used. */
export interface MikroOrm<Em extends MikroOrmEntityManager> {
  readonly em: {
    fork(): {
      transactional<T>(work: (em: Em) => Promise<T>, options?: object): Promise<T>;
    };
  };
}

/**
 * Transactions of MikroORM: `{ transaction: em }` takes what `em.transactional()` gives its callback. `run` begins
 * each on a fork.
 */
export function fromMikroOrm<Em extends MikroOrmEntityManager>(
  orm: MikroOrm<Em>,
): SagaTransactions<Em> {
  return {
    use: (em): SagaTransaction => ({
      query: async (sql, params) => {
        const [text, values] = withQuestionMarks(sql, params);
        const context = em.getTransactionContext() as never;
        return rowsOf(await em.getConnection().execute(text, values, 'all', context));
      },
    }),
    run: (work, { isolation } = {}) =>
      orm.em
        .fork()
        .transactional(work, isolation === undefined ? {} : { isolationLevel: isolation }),
  };
}
