import type { SagaTransaction, SagaTransactions } from '../core/index.js';
import { BusyError, onceFree, TakingTurns } from './one-connection.js';
import { rowsOf } from './rows.js';

/** The part of an `EntityManager` of TypeORM that is used. */
export interface TypeOrmEntityManager {
  query(sql: string, parameters?: unknown[]): Promise<unknown>;
}

/** The part of a `DataSource` of TypeORM that is used. */
export interface TypeOrmDataSource<Manager extends TypeOrmEntityManager> {
  readonly options: { readonly type: string };
  createQueryRunner(): { readonly isTransactionActive: boolean };
  transaction<T>(work: (manager: Manager) => Promise<T>): Promise<T>;
  transaction<T>(isolation: never, work: (manager: Manager) => Promise<T>): Promise<T>;
}

/** @throws BusyError while the one connection has a transaction open, of which the next would be a part */
function refuseNesting(dataSource: Pick<TypeOrmDataSource<never>, 'createQueryRunner'>): void {
  if (dataSource.createQueryRunner().isTransactionActive) {
    throw new BusyError('The connection of the DataSource has another transaction open');
  }
}

/**
 * Transactions of TypeORM: `{ transaction: manager }` takes the `EntityManager` that `dataSource.transaction()` gives
 * its callback, and that of a query runner which has begun one.
 *
 * On better-sqlite3 a `DataSource` has one connection, on which a transaction that begins beside an open one
 * becomes a part of that: `run` waits for its end, `dataSource.transaction()` does not.
 */
export function fromTypeOrm<Manager extends TypeOrmEntityManager>(
  dataSource: TypeOrmDataSource<Manager>,
): SagaTransactions<Manager> {
  const turns = new TakingTurns();
  return {
    use: (manager): SagaTransaction => ({
      query: async (sql, params) => {
        const answer = await manager.query(sql, [...params]);
        // Of an UPDATE or DELETE on Postgres: its rows, and how many it has changed.
        const isPair = Array.isArray(answer) && Array.isArray(answer[0]);
        return rowsOf(isPair ? answer[0] : answer);
      },
    }),
    run: (work, { isolation } = {}) => {
      if (dataSource.options.type === 'better-sqlite3') {
        return turns.take(async () => {
          await onceFree(() => refuseNesting(dataSource));
          return dataSource.transaction(work);
        });
      }
      if (isolation === undefined) return dataSource.transaction(work);
      return dataSource.transaction(isolation.toUpperCase() as never, work);
    },
  };
}
