import {
  SagaOptionsError,
  type JournalInTransaction,
  type NewSaga,
  type SagaRow,
  type SagaTransaction,
} from '../../core/index.js';
import { checkCreate, toSagaRow, type SqlRow } from '../sql/index.js';
import { CREATE_COLUMNS, rowValues } from './parameters.js';
import { BY_REF, refValues, rowColumns, type Send } from './reader.js';
import type { Tables } from './tables.js';
import { createGuardedSql } from './write-sql.js';
import { writeNumber } from './writer.js';

/** One database of one running server: a copy of it, restored elsewhere, was started at another time. */
const DATABASE = `current_database()::text AS database,
  (extract(epoch FROM pg_postmaster_start_time()) * 1000000)::bigint::text AS started`;
/** Assigns the transaction its id, if it has none yet; savepoints share it. */
const LOOK = `SELECT pg_current_xact_id()::text AS xact, ${DATABASE}`;
const IS_OPEN = `SELECT pg_xact_status($1::xid8) = 'in progress' AS open`;

/** Runs a query of the journal's own, on a connection of its own. */
export type Ask = (query: Parameters<Send>[0]) => ReturnType<Send>;

/** The journal inside a transaction of the application's, through whatever client that has. */
export class PostgresInTransaction implements JournalInTransaction {
  #xact = '';

  constructor(
    private readonly tx: SagaTransaction,
    private readonly tables: Tables,
    private readonly description: string,
    private readonly ask: Ask,
  ) {}

  async verify(): Promise<void> {
    await this.#look();
    const xact = this.#xact;
    await this.#look();
    if (xact !== this.#xact) this.#refuseNoTransaction();
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

  async isOpen(): Promise<boolean> {
    const [answer] = await this.ask({ text: IS_OPEN, values: [this.#xact] });
    return answer?.['open'] === 't';
  }

  async #look(): Promise<void> {
    const looks = [this.tx.query(LOOK, []), this.ask({ text: `SELECT ${DATABASE}` })];
    const [[here], [own]] = (await Promise.all(looks)) as [SqlRow[], SqlRow[]];
    if (here?.['database'] !== own?.['database'] || here?.['started'] !== own?.['started']) {
      throw new SagaOptionsError(
        `transaction is one of the database ${String(here?.['database'])}, and the journal (${this.description}) is in ` +
          `${String(own?.['database'])}${here?.['database'] === own?.['database'] ? ' of another server' : ''}: only one database commits both. ` +
          'Connect your client and postgresJournal() to the same one',
      );
    }
    this.#xact = String(here?.['xact']);
  }

  #refuseNoTransaction(): never {
    throw new SagaOptionsError(
      'transaction is no open transaction: each of its statements is one by itself, as on a pool or a client without ' +
        'BEGIN, and nothing was stored. Hand in what the callback of your transaction is given',
    );
  }
}
