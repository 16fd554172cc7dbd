// Sagas in one SQLite file.

export { sqliteJournal } from './new-journal.js';
export type { SqliteJournalOptions } from './options.js';

// Drivers
export { betterSqlite3 } from './better-sqlite3.js';
export { libsql } from './libsql.js';
export type {
  SqliteConnection,
  SqliteDatabaseClass,
  SqliteDriver,
  SqliteRunResult,
  SqliteStatement,
} from './driver.js';
