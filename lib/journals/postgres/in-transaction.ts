import {
  LeaseLostError,
  SagaOptionsError,
  type CancelRequest,
  type JournalBatch,
  type JournalInTransaction,
  type NewSaga,
  type SagaRow,
  type SagaTransaction,
  type TransactionIsolation,
} from '../../core/index.js';
import { errorWithin } from '../../core/errors/index.js';
import { shownSaga } from '../../core/ports/index.js';
import { checkAppend, checkCreate, toSagaRow, type SqlRow, type SqlValue } from '../sql/index.js';
import { callAppendWithin, lookForAppendWithinSql } from './append-within.js';
import { APPEND_COLUMNS, CREATE_COLUMNS, rowValues } from './parameters.js';
import { BY_REF, refValues, rowColumns, type Send } from './reader.js';
import type { Tables } from './tables.js';
import { cancelOf, createGuardedSql } from './write-sql.js';
import { writeNumber } from './writer.js';

/** One database of one running server: a copy of it, restored elsewhere, was started at another time. */
const DATABASE = `current_database()::text AS database,
  (extract(epoch FROM pg_postmaster_start_time()) * 1000000)::bigint::text AS started`;
/** Assigns the transaction its id, if it has none yet; savepoints share it. */
const LOOK = `SELECT pg_current_xact_id()::text AS xact, current_setting('transaction_isolation') AS isolation, ${DATABASE}`;
const JOIN = 'SELECT pg_current_xact_id()::text AS xact';
const IS_OPEN = `SELECT pg_xact_status($1::xid8) = 'in progress' AS open`;

/** Runs a query of the journal's own, on a connection of its own. */
export type Ask = (query: Parameters<Send>[0]) => ReturnType<Send>;

/** What the journal does outside of that transaction. */
export interface Outside {
  readonly description: string;
  /** How many connections a pool lends that the application shares with the journal. */
  readonly sharedMax: number | undefined;
  readonly ask: Ask;
  settle(batch: JournalBatch): Promise<boolean>;
}

/** The journal inside a transaction of the application's, through whatever client that has. */
export class PostgresInTransaction implements JournalInTransaction {
  #xact = '';

  constructor(
    private readonly tx: SagaTransaction,
    private readonly tables: Tables,
    private readonly outside: Outside,
  ) {}

  async verify(asked?: TransactionIsolation): Promise<void> {
    const { sharedMax: max = Infinity, description } = this.outside;
    if (max < 3) {
      throw new SagaOptionsError(
        `transactions goes without the pool of the journal (${description}), which lends ${max}: one is kept for writing, one is your ` +
          'transaction, and one says what became of a transaction whose answer was lost. Let it lend at least 3',
      );
    }
    const isolation = await this.#look();
    const xact = this.#xact;
    await this.#look();
    if (xact !== this.#xact) this.#refuseNoTransaction();
    await this.#checkFunction();
    if (asked === undefined || isolation === asked) return;
    throw new SagaOptionsError(
      `the transaction was begun as '${String(isolation)}': run() of your transactions must begin it as its second parameter says, ` +
        `{ isolation: '${asked}' }`,
    );
  }

  async create(saga: Omit<NewSaga, 'owner'>): Promise<SagaRow | undefined> {
    checkCreate(saga);
    await this.#look();
    const values = rowValues(CREATE_COLUMNS, [{ ...saga, owner: null }]);
    const sql = createGuardedSql(this.tables);
    const [created] = await this.tx.query(sql, [writeNumber(), ...values, this.#xact]);
    if (created?.['same'] !== 'yes') this.#refuseNoTransaction();
    if (created['saga'] !== null) return undefined;
    // Apart: the one that has the id may have been committed while this one waited for it.
    const row = `SELECT row_to_json(r)::text AS row FROM (
      SELECT ${rowColumns(this.tables)} FROM ${this.tables.sagas} s WHERE ${BY_REF}) r`;
    const [taken] = await this.tx.query(row, refValues(saga));
    if (taken === undefined) return this.create(saga);
    return toSagaRow(JSON.parse(String(taken['row'])) as SqlRow);
  }

  async join(): Promise<void> {
    const [here] = await this.tx.query(JOIN, []);
    this.#xact = String(here?.['xact']);
  }

  async append(batch: JournalBatch): Promise<CancelRequest | undefined> {
    checkAppend(batch);
    const [, ...values] = rowValues(APPEND_COLUMNS, [['', batch]]);
    const parameters = [writeNumber(), ...refValues(batch.ref), ...values, this.#xact];
    const [written] = await this.tx
      .query(callAppendWithin(this.tables), parameters)
      .catch(throwExplained);
    if (written?.['same'] !== 'yes') {
      throw new SagaOptionsError(
        'transaction has ended before its step did: the step has sent COMMIT or ROLLBACK itself, which is not for it to send',
      );
    }
    const { cancel, saga } = written;
    const whose = shownSaga(batch.ref.name, batch.ref.id);
    if (saga === null) throw new LeaseLostError(`Saga ${whose} belongs to another owner now`);
    return cancelOf(cancel as SqlValue | undefined);
  }

  settle(batch: JournalBatch): Promise<boolean> {
    return this.outside.settle(batch);
  }

  async isOpen(): Promise<boolean> {
    const [answer] = await this.outside.ask({ text: IS_OPEN, values: [this.#xact] });
    return answer?.['open'] === 't';
  }

  /** @returns the isolation of the transaction */
  async #look(): Promise<unknown> {
    const looks = [this.tx.query(LOOK, []), this.outside.ask({ text: `SELECT ${DATABASE}` })];
    const [[here], [own]] = (await Promise.all(looks)) as [SqlRow[], SqlRow[]];
    if (here?.['database'] !== own?.['database'] || here?.['started'] !== own?.['started']) {
      throw new SagaOptionsError(
        `transaction is one of the database ${String(here?.['database'])}, and the journal (${this.outside.description}) is in ` +
          `${String(own?.['database'])}${here?.['database'] === own?.['database'] ? ' of another server' : ''}: only one database commits both. ` +
          'Connect your client and postgresJournal() to the same one',
      );
    }
    this.#xact = String(here?.['xact']);
    return here?.['isolation'];
  }

  /** Without it no step in a transaction could be recorded. */
  async #checkFunction(): Promise<void> {
    const { tables, tx } = this;
    const [found] = await tx.query(lookForAppendWithinSql(tables), []);
    if (found?.['answer'] === 'good') return;
    const what =
      found?.['answer'] === 'forbidden'
        ? `may not be called by the role of your transactions: GRANT EXECUTE ON FUNCTION ${tables.appendWithin} to it`
        : 'is not there: make the schema anew, or run its CREATE FUNCTION, which postgresJournalSql() prints';
    throw new SagaOptionsError(
      `transactions goes without the function ${tables.appendWithin} of the journal (${this.outside.description}), and it ${what}`,
    );
  }

  #refuseNoTransaction(): never {
    throw new SagaOptionsError(
      'transaction is no open transaction: each of its statements is one by itself, as on a pool or a client without ' +
        'BEGIN, and nothing was stored. Hand in what the callback of your transaction is given',
    );
  }
}

/** What the client's own error does not tell. */
function throwExplained(error: unknown): never {
  const isAborted = errorWithin(error, (one) => (one as { code?: unknown }).code === '25P02');
  if (isAborted === undefined) throw error;
  throw new Error(
    'The transaction was aborted by an SQL error that the step has caught: let it throw, or roll back to a savepoint',
    { cause: error },
  );
}
