import { realpathSync } from 'node:fs';
import { isSagaError, type SagaJournalError } from '../../core/index.js';
import { forget, requestCancel } from './audited-acts.js';
import { answerOf, type Outcome } from '../sql/index.js';
import { Appender } from './appender.js';
import { Database } from './database.js';
import type { SqliteDriver } from './driver.js';
import { FileWatch } from './file-watch.js';
import { librariesOn, secondLibrary } from './one-library.js';
import type { Read, ReadResults, Write, WriteResults } from './operations.js';
import { Claims } from './claims.js';
import { Operators } from './operators.js';
import { SqliteInsight } from './insight.js';
import { savePlans } from './plans.js';
import { Reader } from './reader.js';
import { rewrite } from './rewrite.js';
import { CLOCK, migrate, verifySchema } from './schema.js';
import type { StoreSettings } from './store-host.js';
import { stretchesOf } from './stretches.js';

/** Changes whenever another connection, here or elsewhere, has committed. */
const DATA_VERSION = 'PRAGMA data_version';

/** After so many heartbeats, as a rule a minute, the store looks who else has opened the file. */
const BEATS_PER_LOOK = 12;

/** Connections that must neither be closed nor collected: see `close`. */
const keptOpen: Database[] = [];
type Result = Outcome<WriteResults[keyof WriteResults]>;
const CREATED: Result = { value: undefined };

/**
 * All that touches the file, synchronous, with data for its commands: it may as well live in a worker
 * thread. Any call may find the file busy; then it has done nothing, and can be repeated.
 */
export class SqliteStore {
  readonly #database: Database;
  readonly #reader: Reader;
  readonly #appender: Appender;
  readonly #claims: Claims;
  readonly #operators: Operators;
  readonly #insight: SqliteInsight;
  #dataVersion: unknown;
  #watch: FileWatch | undefined;
  #conflict: SagaJournalError | undefined;
  #beats = 0;

  constructor(
    private readonly driver: SqliteDriver,
    private readonly settings: StoreSettings,
  ) {
    this.#database = new Database(driver, settings);
    this.#reader = new Reader(this.#database);
    this.#appender = new Appender(this.#database);
    this.#claims = new Claims(this.#database);
    this.#operators = new Operators(this.#database);
    this.#insight = new SqliteInsight(this.#database, this.#reader);
  }

  /** Idempotent. */
  prepare(): void {
    const { file, description, migrate: how } = this.settings;
    // What is no journal must not be made to have one's settings.
    if (how === 'off') verifySchema(this.#database, description);
    this.#database.configure();
    this.#lookForOthers();
    if (how === 'auto') migrate(this.#database, description);
    this.#watch = new FileWatch(file, description);
  }

  /** Carries all of it out in one transaction; what is refused is an outcome and wrote nothing. */
  commit(writes: readonly Write[]): readonly Result[] {
    this.#check();
    try {
      return this.#database.transaction('IMMEDIATE', () => {
        this.#noticeOthers();
        const now = Number(this.#database.one(CLOCK)?.['now']);
        const outcomes = stretchesOf(writes).flatMap((stretch) => this.#carryOut(stretch, now));
        this.#appender.flush();
        return outcomes;
      });
    } catch (error) {
      this.#appender.forgetAll();
      throw error;
    }
  }

  isBusy(): boolean {
    this.#check();
    return this.#database.isBusy();
  }

  read(read: Read): ReadResults[keyof ReadResults] {
    this.#check();
    switch (read.kind) {
      case 'get':
      case 'load':
      case 'texts':
        return this.#reader[read.kind](read.ref);
      case 'list':
        return this.#reader.list(read.query);
      case 'abandoned':
        return this.#claims.abandoned(read.request);
      case 'insight':
        return answerOf(this.#insight, read.ask, read.read);
      default:
        return this.#operators.read(read);
    }
  }

  /**
   * Where another library has the file open, it stays open: closing it would release that library's
   * locks.
   */
  close(): void {
    if (this.#conflict === undefined) this.#database.close();
    else keptOpen.push(this.#database);
  }

  /** @throws SagaJournalError when another library has the file open, or it is gone */
  #check(): void {
    if (this.#conflict !== undefined) throw this.#conflict;
    this.#watch?.check();
  }

  #lookForOthers(): void {
    const { file, description } = this.settings;
    if (librariesOn(realpathSync(file)) < 2) return;
    this.#conflict = secondLibrary(description, this.driver.name);
    throw this.#conflict;
  }

  /** Inside the transaction, so that nobody can write between this look and its end. */
  #noticeOthers(): void {
    const version = this.#database.one(DATA_VERSION)?.['data_version'];
    if (version !== this.#dataVersion) this.#appender.forgetAll();
    this.#dataVersion = version;
  }

  #carryOut(stretch: readonly Write[], now: number): readonly Result[] {
    const creates = stretch.flatMap((write) => (write.kind === 'create' ? [write.saga] : []));
    const areNew = this.#appender.create(creates, now).values();
    return stretch.map((write) => {
      const isNew = write.kind === 'create' && areNew.next().value === true;
      return isNew ? CREATED : this.#outcome(write, now);
    });
  }

  #outcome(write: Write, now: number): Result {
    try {
      return { value: this.#perform(write, now) };
    } catch (error) {
      // Errors of ours are thrown before anything is written; any other ends the transaction.
      if (isSagaError(error)) return { error };
      throw error;
    }
  }

  #perform(write: Write, now: number): WriteResults[keyof WriteResults] {
    if (write.kind === 'append') {
      const cancel = this.#appender.append(write.batch, now);
      const { audit } = write.batch;
      if (audit !== undefined) this.#operators.write(audit, 'done', now);
      return cancel;
    }
    // The other operations read what the appends of this transaction wrote.
    this.#appender.flush();
    switch (write.kind) {
      case 'create':
        // Its name and id are taken.
        return this.#reader.get(write.saga);
      case 'heartbeat':
        this.#watch?.look();
        if (++this.#beats % BEATS_PER_LOOK === 1) this.#lookForOthers();
        return this.#claims.heartbeat(write.owner, write.leaseMs, now, write.info);
      case 'plans':
        return void savePlans(this.#database, write.application, write.plans, now);
      case 'claim': {
        const rows = this.#claims.claim(write.request, now);
        for (const row of rows) this.#appender.forget(row);
        return rows;
      }
      case 'release':
        this.#appender.forget(write.request.ref);
        return void this.#claims.release(write.request);
      case 'leave':
        return void this.#claims.leave(write.owner);
      case 'cancel':
        this.#appender.forget(write.ref);
        return void requestCancel(this.#claims, this.#operators, write, now);
      case 'forget':
        this.#appender.forgetAll();
        return forget(this.#claims, this.#operators, write.request, now);
      case 'rewrite':
        return void rewrite(this.#database, write.ref, write.texts);
      default:
        return this.#operators.perform(write, now);
    }
  }
}
