import { SagaJournalError } from '../../core/index.js';
import type { SqlRow, SqlValue } from '../sql/index.js';
import {
  isBusy,
  type SqliteConnection,
  type SqliteDriver,
  type SqliteRunResult,
  type SqliteStatement,
} from './driver.js';

/**
 * The log is copied into the file once it has so many pages: 16 MB, four times SQLite's own. A saga that
 * runs alone is 3 % faster; the price is a longest stall of 21 ms instead of 13 under full load.
 */
const CHECKPOINT_PAGES = 4_000;
/** How long SQLite itself waits for a lock, in ms, with the event loop standing still. */
const BLOCKING_WAIT_MS = 10;
const LEVELS = { normal: 1, full: 2 } as const;

export interface DatabaseSettings {
  readonly file: string;
  readonly synchronous: 'full' | 'normal';
}

/** One connection, set up for durability, with its prepared statements. */
export class Database {
  readonly #connection: SqliteConnection;
  readonly #statements = new Map<string, SqliteStatement>();

  constructor(
    driver: SqliteDriver,
    private readonly settings: DatabaseSettings,
  ) {
    this.#connection = driver.open(settings.file);
  }

  /**
   * Idempotent, because it may have to be tried again while another process does the same.
   *
   * @throws SagaJournalError when a setting that durability depends on does not take.
   */
  configure(): void {
    const { synchronous } = this.settings;
    this.exec(`PRAGMA busy_timeout = ${BLOCKING_WAIT_MS}`);
    this.#refuseOtherEncodings();
    this.#set('journal_mode', 'wal', 'wal');
    this.#set('synchronous', synchronous, LEVELS[synchronous]);
    // On macOS a plain fsync leaves the data in the disk's cache; elsewhere these mean nothing.
    this.exec('PRAGMA fullfsync = 1');
    this.exec('PRAGMA checkpoint_fullfsync = 1');
    this.exec(`PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
  }

  exec(sql: string): void {
    this.#connection.exec(sql);
  }

  /** Runs a statement that is kept prepared: for SQL text that is a constant. */
  run(sql: string, ...values: SqlValue[]): SqliteRunResult {
    return this.#prepared(sql).run(...values);
  }

  /** Rows of a statement that is kept prepared: for SQL text that is a constant. */
  all(sql: string, ...values: SqlValue[]): readonly SqlRow[] {
    // In an array of this realm: node:sqlite makes them in the one that Node began with.
    return [...this.#prepared(sql).all(...values)];
  }

  /** The first row of such a statement. */
  one(sql: string, ...values: SqlValue[]): SqlRow | undefined {
    return this.#prepared(sql).get(...values);
  }

  /** Rows of a statement whose text depends on what is asked. */
  query(sql: string, values: readonly SqlValue[]): readonly SqlRow[] {
    return [...this.#connection.prepare(sql).all(...values)];
  }

  /**
   * All of it or nothing; `BEGIN IMMEDIATE` is the only place where a writer may find it busy. Not
   * prepared: a prepared BEGIN that found it busy stays in progress in libsql, and no later
   * transaction can commit then.
   */
  transaction<T>(mode: 'DEFERRED' | 'IMMEDIATE', work: () => T): T {
    this.exec(`BEGIN ${mode}`);
    try {
      const value = work();
      this.exec('COMMIT');
      return value;
    } catch (error) {
      this.#rollback();
      throw error;
    }
  }

  /** Whether another connection is writing; asks without waiting. */
  isBusy(): boolean {
    this.exec('PRAGMA busy_timeout = 0');
    try {
      this.exec('BEGIN IMMEDIATE');
      this.exec('ROLLBACK');
      return false;
    } catch (error) {
      if (isBusy(error)) return true;
      throw error;
    } finally {
      this.exec(`PRAGMA busy_timeout = ${BLOCKING_WAIT_MS}`);
    }
  }

  close(): void {
    this.#statements.clear();
    this.#connection.close();
  }

  #prepared(sql: string): SqliteStatement {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#connection.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  #rollback(): void {
    try {
      this.exec('ROLLBACK');
    } catch {
      // SQLite has rolled back by itself: a full disk, an I/O error.
    }
  }

  /** Texts are read as their bytes. */
  #refuseOtherEncodings(): void {
    const encoding = this.query('PRAGMA encoding', [])[0]?.['encoding'];
    if (encoding === 'UTF-8') return;
    throw new SagaJournalError(
      `${this.settings.file}: encoding must be UTF-8, but SQLite answers ${String(encoding)}, and no file changes it; give the journal a file of its own`,
    );
  }

  #set(setting: string, value: string, expected: SqlValue): void {
    this.exec(`PRAGMA ${setting} = ${value}`);
    const [row] = this.query(`PRAGMA ${setting}`, []);
    const actual = row && Object.values(row)[0];
    if (String(actual) === String(expected)) return;
    throw new SagaJournalError(
      `${this.settings.file}: ${setting} must be ${value}, but SQLite answers ${String(actual)}; put the file on a local disk (network file systems have no WAL)`,
    );
  }
}

/** Tries again while another process is writing, without holding up the event loop. */
export async function retryWhileBusy<T>(patienceMs: number, work: () => T): Promise<T> {
  const end = performance.now() + patienceMs;
  for (let pause = 1; ; pause = Math.min(2 * pause, 16)) {
    try {
      return work();
    } catch (error) {
      if (!isBusy(error) || performance.now() >= end) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, pause * (0.5 + Math.random())));
  }
}
