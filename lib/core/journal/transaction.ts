import type { TransactionIsolation } from '../definition/index.js';
import { errorWithin } from '../errors/index.js';
import type { CancelRequest, JournalBatch, NewSaga, SagaRow } from './stored-saga.js';

/** An open transaction of the application's, as far as a journal needs it. */
export interface SagaTransaction {
  /** Runs one statement in it: Postgres with `$1` …, SQLite with `?`. Answers its rows. */
  query(
    sql: string,
    params: readonly unknown[],
  ): Promise<readonly Readonly<Record<string, unknown>>[]>;
}

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
   * Begins a transaction, which is never a part of another one that is open where it is called; commits when `work`
   * has resolved, rolls back and rejects when it has rejected. Where {@link isCutOff} of that is true, somebody may
   * still use what `work` was given: nothing more may come through it, least of all by itself.
   */
  run<T>(work: (tx: Tx) => Promise<T>, options?: TransactionOptions): Promise<T>;
  /** After how long a client rolls its transactions back by itself, in ms, where it does. @default never */
  readonly timeoutMs?: number | undefined;
  /** What `work` above is given, or whatever else the application calls its open transaction. */
  use(tx: Tx): SagaTransaction;
}

/** A journal inside a transaction that it did not begin. */
export interface JournalInTransaction {
  /**
   * Asks what makes this more than a hope: it is the journal's database, seen through one library, and a
   * transaction is open, of that isolation. Stores nothing.
   *
   * @throws SagaOptionsError with what it is instead, and the remedy.
   */
  verify(isolation?: TransactionIsolation): Promise<void>;
  /**
   * Stores a saga and its first records, or nothing. It is nobody's and asleep, its time has come: whoever
   * claims it once it is committed takes it up, and that is no recovery.
   *
   * @returns as {@link Journal.create} does; the transaction goes on in either case. Waits for another open
   * transaction that has stored the same id.
   * @throws as {@link verify}, before anything is stored.
   */
  create(saga: Omit<NewSaga, 'owner'>): Promise<SagaRow | undefined>;
  /** Remembers which transaction this is: {@link append} stores nothing in another one. */
  join(): Promise<void>;
  /**
   * Appends all of the records or none, as the last thing of the transaction, which the server ends by itself when
   * no COMMIT comes within 10 s. Until its end it holds the saga, and nothing else that others wait for.
   *
   * @returns as {@link Journal.append} does.
   * @throws LeaseLostError when the owner, the epoch or the first seq is not the expected one, SagaOptionsError when
   * it is not the transaction that was joined; nothing of it may be committed then.
   */
  append(batch: JournalBatch): Promise<CancelRequest | undefined>;
  /**
   * Appends on a connection of the journal's own, beside what others write, because nobody knows whether the transaction
   * of an {@link append} of the same seqs was committed. Waits for its end.
   *
   * @returns whether these records were stored, so that those of the transaction never will be; `false`: those were.
   * @throws LeaseLostError when the saga has another owner by now.
   */
  settle(batch: JournalBatch): Promise<boolean>;
  /** Whether it may still be rolled back; asked on a connection of the journal's own, once `create` has answered. */
  isOpen(): Promise<boolean>;
}

const CUT_OFF = Symbol.for('nestjs-saga-orchestrator.cut-off');

/** Why a transaction is rolled back whose work has not ended. */
export class CutOffError extends Error {
  readonly [CUT_OFF] = true;

  constructor(cause: unknown) {
    super('The work of this transaction was cut off, and may still be under way', { cause });
  }
}

/** Whether the work of a transaction that is rolled back may still be under way; never throws. */
export function isCutOff(error: unknown): boolean {
  return errorWithin(error, (one) => CUT_OFF in one) !== undefined;
}
