import { realpathSync } from 'node:fs';
import {
  LeaseLostError,
  SagaJournalError,
  SagaOptionsError,
  type CancelRequest,
  type Journal,
  type JournalBatch,
  type JournalInTransaction,
  type NewSaga,
  type SagaRow,
  type SagaTransaction,
} from '../../core/index.js';
import { shownSaga } from '../../core/ports/index.js';
import {
  checkAppend,
  checkCreate,
  packEntries,
  settle,
  toSagaRow,
  type SqlRow,
  type SqlValue,
} from '../sql/index.js';
import { apartFromHex, inHex } from './columns.js';
import { knownOf } from './known.js';
import { ONE, refValues } from './reader.js';
import { CLOCK } from './schema.js';
import type { StoreHost } from './store-host.js';
import {
  CREATE_UNOWNED,
  INSERT_TAG,
  insertAppends,
  changeOf,
  LOOK,
  unownedValues,
  updateSagas,
} from './write-sql.js';

const FILE = "SELECT file FROM pragma_database_list WHERE name = 'main'";
/** Changes nothing, and takes the right to write. */
const TAKE_LOCK = 'UPDATE sagas SET owner = owner WHERE saga = -1';

/** Which file it is, by whichever way to it. */
function fileOf(path: unknown): string {
  try {
    return typeof path === 'string' && path !== '' ? realpathSync(path) : '';
  } catch {
    return '';
  }
}

/** The journal inside a transaction of the application's, on that one's connection. */
export class SqliteInTransaction implements JournalInTransaction {
  constructor(
    private readonly tx: SagaTransaction,
    private readonly file: string,
    private readonly driver: string,
    private readonly store: () => StoreHost,
    private readonly journal: Pick<Journal, 'append' | 'load'>,
  ) {}

  async verify(): Promise<void> {
    await this.#checkTransaction();
    await this.#checkFile();
    await this.#query(TAKE_LOCK);
    if (await this.store().isBusy()) return;
    throw new SagaOptionsError(
      `transaction and the journal open ${this.file} through two SQLite libraries (the journal's driver is ${this.driver}), ` +
        "which do not see each other's locks, and corrupt the file. Give sqliteJournal(), as its driver, the library of your own connection",
    );
  }

  async create(saga: Omit<NewSaga, 'owner'>): Promise<SagaRow | undefined> {
    checkCreate(saga);
    await this.verify();
    const [clock] = await this.#query(CLOCK);
    const now = Number(clock?.['now']);
    const [created] = await this.#query(CREATE_UNOWNED, unownedValues(saga, now));
    if (created === undefined) {
      const [taken] = await this.#query(inHex(ONE), refValues(saga));
      if (taken === undefined)
        throw new SagaJournalError('The saga that has the id cannot be read');
      return toSagaRow(apartFromHex(taken));
    }
    const key = Number(created['saga']);
    const { application = '', entries, tags } = saga;
    await this.#query(insertAppends(1), [key, entries.length, now, packEntries(entries)]);
    for (const tag of Object.entries(tags)) {
      await this.#query(INSERT_TAG, [application, ...tag, now, key]);
    }
    return undefined;
  }

  join(): Promise<void> {
    return this.#checkTransaction();
  }

  async append(batch: JournalBatch): Promise<CancelRequest | undefined> {
    checkAppend(batch);
    await this.#checkTransaction();
    const { ref, owner, epoch, entries } = batch;
    const [row] = await this.#query(inHex(LOOK), refValues(ref));
    const known = row && knownOf(apartFromHex(row));
    const [first] = entries;
    if (known?.owner !== owner || known.epoch !== epoch || first?.seq !== known.next) {
      throw new LeaseLostError(`Saga ${shownSaga(ref.name, ref.id)} belongs to another owner now`);
    }
    const [clock] = await this.#query(CLOCK);
    const now = Number(clock?.['now']);
    const { saga, cancel } = known;
    const last = first.seq + entries.length - 1;
    await this.#query(insertAppends(1), [saga, last, now, packEntries(entries)]);
    const change = changeOf(known, batch, now);
    if (change !== undefined) await this.#query(updateSagas(1), [...change, saga]);
    return cancel;
  }

  /** There is one writer: where its transaction is open still, this waits like any other write. */
  settle(batch: JournalBatch): Promise<boolean> {
    return settle(this.journal, batch);
  }

  /** There is one writer at a time: whoever writes now may be this transaction. */
  isOpen(): Promise<boolean> {
    return this.store().isBusy();
  }

  async #checkTransaction(): Promise<void> {
    const isNone = await this.#query('BEGIN').then(
      () => true,
      () => false,
    );
    if (!isNone) return;
    await this.#query('ROLLBACK');
    throw new SagaOptionsError(
      'transaction is no open transaction: a BEGIN succeeded on it, and nothing was stored. Send BEGIN IMMEDIATE before, or hand in ' +
        'what the callback of your transaction is given',
    );
  }

  async #checkFile(): Promise<void> {
    const [opened] = await this.#query(FILE);
    const file = fileOf(opened?.['file']);
    if (file === fileOf(this.file)) return;
    throw new SagaOptionsError(
      `transaction is one of the file ${file === '' ? '(none, in memory)' : file}, and the journal is in ${this.file}: only one file commits ` +
        'both. Give your connection and sqliteJournal() the same one',
    );
  }

  async #query(sql: string, params: readonly SqlValue[] = []): Promise<readonly SqlRow[]> {
    return (await this.tx.query(sql, params)) as readonly SqlRow[];
  }
}
