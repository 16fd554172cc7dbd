import type { SagaTransaction, SagaTransactions } from '../core/index.js';

/** The part of a client of pg that is used; a `pg.Client` and what a `pg.Pool` lends fit as they are. */
export interface PgTransactionClient {
  query(
    text: string,
    values?: unknown[],
  ): Promise<{ readonly rows: readonly Readonly<Record<string, unknown>>[] }>;
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
    run: (work) =>
      new Promise((resolve, reject) => {
        pool.connect((error, client, release) => {
          if (client === undefined) reject(error ?? new Error('The pool lends no connection'));
          else inTransaction(client, work, release).then(resolve, reject);
        });
      }),
  };
}

async function inTransaction<Client extends PgTransactionClient, T>(
  client: Client,
  work: (client: Client) => Promise<T>,
  release: (destroy?: boolean) => void,
): Promise<T> {
  // One that does not answer ROLLBACK is not lent again.
  let broken = true;
  try {
    await client.query('BEGIN');
    const value = await work(client);
    await client.query('COMMIT');
    broken = false;
    return value;
  } catch (error) {
    broken = await client.query('ROLLBACK').then(
      () => false,
      () => true,
    );
    throw error;
  } finally {
    release(broken);
  }
}
