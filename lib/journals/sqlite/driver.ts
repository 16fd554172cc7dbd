import type { SqlRow, SqlValue } from '../sql/index.js';

export interface SqliteRunResult {
  readonly changes: number | bigint;
  readonly lastInsertRowid: number | bigint;
}

/** A prepared statement. Values are bound by position. */
export interface SqliteStatement {
  run(...values: SqlValue[]): SqliteRunResult;
  all(...values: SqlValue[]): readonly SqlRow[];
  /** The first row. */
  get(...values: SqlValue[]): SqlRow | undefined;
}

/** One connection to one file; every call is synchronous. */
export interface SqliteConnection {
  exec(sql: string): unknown;
  prepare(sql: string): SqliteStatement;
  close(): unknown;
}

/**
 * A way to SQLite 3.42 or later, which hands back a BLOB as a `Uint8Array` or `ArrayBuffer`. `node:sqlite`, libsql
 * and better-sqlite3 fit as they are.
 */
export interface SqliteDriver {
  /** For logs and errors. */
  readonly name: string;
  /** Opens the file, creating it when it is not there. */
  open(file: string): SqliteConnection;
}

/** The class that `node:sqlite`, libsql and better-sqlite3 export. */
export type SqliteDatabaseClass = new (file: string) => unknown;

/** A driver from a class; its instances are connections already. */
export function driverOf(name: string, Database: SqliteDatabaseClass): SqliteDriver {
  return { name, open: (file) => new Database(file) as SqliteConnection };
}

const BUSY = 5;
const LOCKED = 6;
/**
 * Nobody could read for ten seconds: a process was stopped while it held the lock of the log's index.
 */
const PROTOCOL = 15;
/** TOOBIG, CONSTRAINT, MISMATCH, RANGE: the rows are to blame, not the file. */
const ITEM_FAULTS: ReadonlySet<number> = new Set([18, 19, 20, 25]);
const CODES: Readonly<Record<string, number>> = {
  BUSY,
  LOCKED,
  PROTOCOL,
  TOOBIG: 18,
  CONSTRAINT: 19,
  MISMATCH: 20,
  RANGE: 25,
};

/** SQLite's primary result code: each driver keeps it elsewhere. */
function resultCode(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const { errcode, rawCode, code } = error as Readonly<Record<string, unknown>>;
  const extended = typeof errcode === 'number' ? errcode : rawCode;
  if (typeof extended === 'number') return extended & 0xff;
  const [, name = ''] = /^SQLITE_([A-Z]+)/.exec(String(code)) ?? [];
  return Object.hasOwn(CODES, name) ? CODES[name] : undefined;
}

/** Another process is writing, or stands in the way; trying again helps. */
export function isBusy(error: unknown): boolean {
  const code = resultCode(error);
  return code === BUSY || code === LOCKED || code === PROTOCOL;
}

/** One of the rows cannot be stored; the others can. */
export function isItemFault(error: unknown): boolean {
  return ITEM_FAULTS.has(resultCode(error) ?? 0);
}
