import { SagaJournalError } from '../../core/index.js';
import type { SqlRow } from '../sql/index.js';

/** What is sent to the server. */
export interface PgQuery {
  readonly text: string;
  readonly values?: readonly unknown[];
  /** Prepared once per connection under this name. */
  readonly name?: string;
  /** Gives up after so many ms; the connection is of no use any more then. */
  readonly query_timeout?: number;
  readonly types?: { getTypeParser(): (text: string) => string };
}

export interface PgResult {
  readonly rows: readonly SqlRow[];
}

/** One connection, lent by a pool. */
export interface PgClient {
  query(query: PgQuery): Promise<PgResult>;
  /** `true`: it is closed and not lent again. */
  release(destroy?: boolean): void;
  on(event: 'error' | 'end', listener: () => void): unknown;
  removeListener(event: 'error', listener: () => void): unknown;
}

/** The part of a `pg.Pool` that the journal uses; it fits as it is. */
export interface PgPool {
  connect(callback: (error: Error | undefined, client: PgClient | undefined) => void): void;
  on(event: 'error', listener: () => void): unknown;
  removeListener(event: 'error', listener: () => void): unknown;
  end(): Promise<void>;
  /** `end` was called: it lends nothing more, and waits for what it has lent. */
  readonly ending?: boolean;
  readonly options?: { readonly max?: number | null | undefined };
}

/**
 * Every column as the text that the server sends: whatever parsers the application has given the
 * driver for its own queries, ours read the same.
 */
export const AS_TEXT: NonNullable<PgQuery['types']> = { getTypeParser: () => (text) => text };

/** For error events, which would otherwise end the process; the next query fails anyway. */
export function ignore(): void {
  // Nothing to do.
}

/** How often a pool is asked whether it is to end, in ms: it does not tell. */
export const LOOK_MS = 250;

/**
 * Takes a connection out of the pool. With a callback: a promise would leave a moment in which nobody
 * listens to its errors. Return it with `release`.
 *
 * @throws SagaJournalError when the pool was ended: no server that comes back would help.
 */
export function takeOut(pool: PgPool): Promise<PgClient> {
  return new Promise((resolve, reject) => {
    let isGivenUp = false;
    // A pool that was ended forgets who waits for a connection.
    const watch = setInterval(() => {
      if (pool.ending !== true) return;
      isGivenUp = true;
      clearInterval(watch);
      reject(whyNotLent(pool, undefined));
    }, LOOK_MS).unref();
    pool.connect((error, client) => {
      clearInterval(watch);
      if (client === undefined) return reject(whyNotLent(pool, error));
      if (isGivenUp) return client.release(true);
      client.on('error', ignore);
      resolve(client);
    });
  });
}

function whyNotLent(pool: PgPool, error: Error | undefined): Error {
  if (pool.ending !== true) return error ?? new Error('The pool lends no connection');
  const why = 'The pool of the journal was ended before the journal was closed';
  return new SagaJournalError(why, { cause: error });
}

/**
 * Lends a connection for `work`. One that failed is not lent again: what was sent on it may still
 * arrive.
 */
export async function withClient<T>(
  pool: PgPool,
  work: (client: PgClient) => Promise<T>,
): Promise<T> {
  const client = await takeOut(pool);
  let failed = true;
  try {
    const value = await work(client);
    failed = false;
    return value;
  } finally {
    client.release(failed);
    client.removeListener('error', ignore);
  }
}

/** All of it or nothing. */
export async function transaction<T>(
  client: PgClient,
  work: () => Promise<T>,
  timeoutMs?: number,
): Promise<T> {
  const limit = timeoutMs === undefined ? {} : { query_timeout: timeoutMs };
  await client.query({ text: 'BEGIN ISOLATION LEVEL READ COMMITTED', ...limit });
  const value = await work();
  await client.query({ text: 'COMMIT', ...limit });
  return value;
}
