import {
  isCutOff,
  type SagaTransaction,
  type SagaTransactions,
  type TransactionIsolation,
} from '../core/index.js';

/** The part of a client of pg that is used; a `pg.Client` and what a `pg.Pool` lends fit as they are. */
export interface PgTransactionClient {
  query(
    text: string,
    values?: unknown[],
  ): Promise<{ readonly rows: readonly Readonly<Record<string, unknown>>[] }>;
  on(event: 'error', listener: () => void): unknown;
  off(event: 'error', listener: () => void): unknown;
}

/** The part of a `pg.Pool` that is used. */
export interface PgTransactionPool<Client extends PgTransactionClient> {
  connect(
    callback: (
      error: Error | undefined,
      client: Client | undefined,
      release: (destroy?: boolean) => void,
    ) => void,
  ): void;
}

/**
 * Transactions of pg: `{ transaction: client }` takes the client on which you have sent `BEGIN`, and the one
 * that `run` lends. Never a pool, which has none.
 */
export function fromPg<Client extends PgTransactionClient>(
  pool: PgTransactionPool<Client>,
): SagaTransactions<Client> {
  return {
    use: (client): SagaTransaction => ({
      query: async (sql, params) => (await client.query(sql, [...params])).rows,
    }),
    run: (work, { isolation } = {}) =>
      new Promise((resolve, reject) => {
        pool.connect((error, client, release) => {
          if (client === undefined) reject(error ?? new Error('The pool lends no connection'));
          else inTransaction(client, isolation, work, release).then(resolve, reject);
        });
      }),
  };
}

const ignore = (): void => undefined;

async function inTransaction<Client extends PgTransactionClient, T>(
  client: Client,
  isolation: TransactionIsolation | undefined,
  work: (client: Client) => Promise<T>,
  release: (destroy?: boolean) => void,
): Promise<T> {
  // A server that ends the session: the next query says so. Unheard, it would end the process.
  client.on('error', ignore);
  // One that does not answer ROLLBACK is not lent again.
  let broken = true;
  try {
    await client.query(
      isolation === undefined ? 'BEGIN' : `BEGIN ISOLATION LEVEL ${isolation.toUpperCase()}`,
    );
    const value = await work(client);
    await client.query('COMMIT');
    broken = false;
    return value;
  } catch (error) {
    broken = await client.query('ROLLBACK').then(
      () => false,
      () => true,
    );
    // What still uses it would write outside of any transaction.
    broken ||= isCutOff(error);
    throw error;
  } finally {
    client.off('error', ignore);
    release(broken);
  }
}
