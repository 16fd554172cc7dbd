import { pendingMigrations, type Migration } from '../sql/index.js';
import type { Database } from './database.js';

/** The condition of every index that only live sagas are in; queries must repeat it as it stands. */
export const LIVE = "status IN ('running', 'compensating')";
export const AT_REST = "status IN ('completed', 'compensated', 'parked')";

/** The clock that decides leases and ages, in ms: SQLite's, whatever a process takes the time for. */
export const NOW = "CAST(ROUND(unixepoch('subsec') * 1000) AS INTEGER)";

export const MIGRATIONS: readonly Migration[] = [
  {
    version: 1,
    why: 'sagas, their records, their tags, and the heartbeats of processes',
    statements: [
      // AUTOINCREMENT: the key of a forgotten saga is never given to another one, so that a paused
      // process cannot write into a stranger.
      `CREATE TABLE sagas (
        saga INTEGER PRIMARY KEY AUTOINCREMENT,
        name TEXT NOT NULL,
        id TEXT NOT NULL,
        version INTEGER NOT NULL,
        fingerprint TEXT NOT NULL,
        status TEXT NOT NULL,
        key TEXT,
        tags TEXT NOT NULL,
        deadline INTEGER,
        input TEXT NOT NULL,
        owner TEXT,
        epoch INTEGER NOT NULL,
        recoveries INTEGER NOT NULL,
        cancel_reason TEXT,
        created_at INTEGER NOT NULL,
        updated_at INTEGER NOT NULL,
        UNIQUE (name, id)
      ) STRICT`,
      // Lists are read per status, newest first; claims, cancels and retention see nothing else.
      'CREATE INDEX sagas_by_status ON sagas (status, created_at)',
      'CREATE INDEX sagas_by_name ON sagas (name, status, created_at)',
      'CREATE INDEX sagas_by_key ON sagas (key, created_at) WHERE key IS NOT NULL',
      `CREATE INDEX sagas_live ON sagas (owner) WHERE ${LIVE}`,
      `CREATE INDEX sagas_to_cancel ON sagas (owner) WHERE cancel_reason IS NOT NULL AND ${LIVE}`,
      `CREATE INDEX sagas_at_rest ON sagas (status, updated_at) WHERE ${AT_REST}`,
      // Records lie together per saga, in order. written_at is the store's clock, at is the writer's.
      `CREATE TABLE saga_records (
        saga INTEGER NOT NULL,
        seq INTEGER NOT NULL,
        at INTEGER NOT NULL,
        epoch INTEGER NOT NULL,
        head TEXT NOT NULL,
        result TEXT,
        context TEXT,
        written_at INTEGER NOT NULL,
        PRIMARY KEY (saga, seq)
      ) STRICT, WITHOUT ROWID`,
      `CREATE TABLE saga_tags (
        name TEXT NOT NULL,
        value TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        saga INTEGER NOT NULL,
        PRIMARY KEY (name, value, created_at, saga)
      ) STRICT, WITHOUT ROWID`,
      'CREATE INDEX saga_tags_by_saga ON saga_tags (saga)',
      `CREATE TABLE saga_owners (
        owner TEXT PRIMARY KEY,
        alive_until INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID`,
    ],
  },
];

/** Owners whose heartbeat ran out long ago mean as much as none at all. */
const FORGET_OWNERS_AFTER_MS = 86_400_000;

/** Brings the schema up to date, in one transaction. @throws SagaJournalError for a newer one. */
export function migrate(database: Database, description: string): void {
  database.transaction('IMMEDIATE', () => {
    database.exec(
      'CREATE TABLE IF NOT EXISTS saga_schema (version INTEGER PRIMARY KEY, applied_at INTEGER NOT NULL) STRICT',
    );
    const [row] = database.query('SELECT max(version) AS version FROM saga_schema', []);
    const current = Number(row?.['version'] ?? 0);
    for (const { version, statements } of pendingMigrations(MIGRATIONS, current, description)) {
      for (const statement of statements) database.exec(statement);
      database.run(`INSERT INTO saga_schema (version, applied_at) VALUES (?, ${NOW})`, version);
    }
    database.run(`DELETE FROM saga_owners WHERE alive_until < ${NOW} - ?`, FORGET_OWNERS_AFTER_MS);
  });
}
