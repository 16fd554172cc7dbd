import type { NewSaga, SagaRow } from './stored-saga.js';

/** An open transaction of the application's, as far as a journal needs it. */
export interface SagaTransaction {
  /** Runs one statement in it: Postgres with `$1` …, SQLite with `?`. Answers its rows. */
  query(
    sql: string,
    params: readonly unknown[],
  ): Promise<readonly Readonly<Record<string, unknown>>[]>;
}

/** What one transaction sees of the others, by the names of Postgres; those of SQLite are always serializable. */
export type TransactionIsolation = 'read committed' | 'repeatable read' | 'serializable';

/** How one transaction is to be begun. */
export interface TransactionOptions {
  /** @default that of the client, or of the database */
  readonly isolation?: TransactionIsolation;
}

/**
 * How the application begins a transaction, and how its handle of one runs SQL: `./transactions` has those of
 * some clients. The types are structural; no client is imported.
 */
export interface SagaTransactions<Tx = unknown> {
  /**
   * Commits when `work` has resolved, rolls back when it has not. What it begins is never a part of another
   * transaction that is open where it is called.
   */
  run<T>(work: (tx: Tx) => Promise<T>, options?: TransactionOptions): Promise<T>;
  /** What `work` above is given, or whatever else the application calls its open transaction. */
  use(tx: Tx): SagaTransaction;
}

/** A journal inside a transaction that it did not begin. */
export interface JournalInTransaction {
  /**
   * Asks what makes this more than a hope: it is the journal's database, seen through one library, and a
   * transaction is open. Stores nothing.
   *
   * @throws SagaOptionsError with what it is instead, and the remedy.
   */
  verify(): Promise<void>;
  /**
   * Stores a saga and its first records, or nothing. It is nobody's and asleep, its time has come: whoever
   * claims it once it is committed takes it up, and that is no recovery.
   *
   * @returns as {@link Journal.create} does; the transaction goes on in either case. Waits for another open
   * transaction that has stored the same id.
   * @throws as {@link verify}, before anything is stored.
   */
  create(saga: Omit<NewSaga, 'owner'>): Promise<SagaRow | undefined>;
  /** Whether it may still be rolled back; asked on a connection of the journal's own, once `create` has answered. */
  isOpen(): Promise<boolean>;
}
