import { SagaOptionsError, type SagaTransaction, type SagaTransactions } from '../core/index.js';
import { CLOSE, type Closing } from './closing.js';
import { onceFree, TakingTurns } from './one-connection.js';
import { rowsOf } from './rows.js';

/** What Drizzle's `sql` makes. */
type Chunk = object;

/** The part of Drizzle's `sql` that is used. */
export interface DrizzleSql {
  (strings: TemplateStringsArray, ...values: unknown[]): Chunk;
  raw(text: string): Chunk;
  join(chunks: never[]): Chunk;
}

/** What a transaction of Drizzle runs SQL with: `execute` on Postgres, `all` on SQLite. */
export type DrizzleTransaction =
  { execute(query: never): PromiseLike<unknown> } | { all(query: never): unknown };

/** The part of a Drizzle database that is used. */
export interface DrizzleDatabase<Tx extends DrizzleTransaction> {
  transaction<T>(work: (tx: Tx) => Promise<T>, config?: object): Promise<T>;
}

/** @throws SagaOptionsError for one whose transactions are over before anything that is awaited in them */
function refuseSynchronous(db: object): void {
  if (!('resultKind' in db) || db.resultKind !== 'sync') return;
  const kind = (db.constructor as unknown as Readonly<Record<symbol, unknown>>)[
    Symbol.for('drizzle:entityKind')
  ];
  throw new SagaOptionsError(
    `fromDrizzle cannot be given a ${String(kind)}: its transactions take no function that awaits anything. Use Drizzle on libsql, ` +
      'with sqliteJournal() on libsql, too; or run these transactions with fromSqlite() on the connection itself',
  );
}

interface WithSession {
  readonly session?: { prepareQuery(query: { readonly sql: string }, ...rest: unknown[]): unknown };
}

/**
 * Leaves commit and rollback alone: Drizzle itself would run what comes late outside of the transaction, which has
 * lent its connection on.
 */
function close(db: WithSession, { session }: WithSession): void {
  // A single connection is that of the database, too.
  if (session === undefined || session === db.session) return;
  const prepare = session.prepareQuery.bind(session);
  session.prepareQuery = (query, ...rest) => {
    if (query.sql === 'commit' || query.sql === 'rollback') return prepare(query, ...rest);
    throw new Error('The transaction has ended');
  };
}

/**
 * Transactions of Drizzle, and the `sql` of drizzle-orm: `{ transaction: tx }` takes what `db.transaction()` gives its
 * callback.
 *
 * @throws SagaOptionsError for a synchronous database, as Drizzle's on better-sqlite3 is
 */
export function fromDrizzle<Tx extends DrizzleTransaction>(
  db: DrizzleDatabase<Tx>,
  sql: DrizzleSql,
): SagaTransactions<Tx> {
  refuseSynchronous(db);
  const turns = new TakingTurns();
  const transactions: SagaTransactions<Tx> & Closing<Tx> = {
    [CLOSE]: (tx) => close(db as WithSession, tx as WithSession),
    use: (tx): SagaTransaction => ({
      query: async (text, params) => {
        const chunks: Chunk[] = [];
        let at = 0;
        const marks = 'execute' in tx ? /\$(\d+)/g : /\?/g;
        for (const { 0: mark, 1: number, index } of text.matchAll(marks)) {
          const value = params[number === undefined ? chunks.length >> 1 : Number(number) - 1];
          chunks.push(sql.raw(text.slice(at, index)), sql`${value}`);
          at = index + mark.length;
        }
        const query = sql.join([...chunks, sql.raw(text.slice(at))] as never[]) as never;
        return rowsOf(await ('execute' in tx ? tx.execute(query) : tx.all(query)));
      },
    }),
    run: (work, { isolation } = {}) => {
      if ('execute' in db) {
        const config = isolation === undefined ? undefined : { isolationLevel: isolation };
        return db.transaction(
          (tx) => work(tx).finally(() => close(db as WithSession, tx as WithSession)),
          config,
        );
      }
      // libsql begins at once, or not at all.
      let hasBegun = false;
      const begin = () =>
        db.transaction((tx) => {
          hasBegun = true;
          return work(tx);
        });
      return turns.take(() => onceFree(begin, () => !hasBegun));
    },
  };
  return transactions;
}
