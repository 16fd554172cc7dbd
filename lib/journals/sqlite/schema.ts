import { SagaJournalError } from '../../core/index.js';
import { pendingMigrations, type Migration } from '../sql/index.js';
import type { Database } from './database.js';
import { OPERATOR_TABLES } from './operators-schema.js';

/** The condition of the indices of unfinished sagas; queries must repeat it as it stands. */
export const LIVE = 'at_rest = 0';
export const AT_REST = 'at_rest = 1';

/** The clock that decides leases and ages, in ms: SQLite's, whatever the clock of a process says. */
export const NOW = "CAST(ROUND(unixepoch('subsec') * 1000) AS INTEGER)";
export const CLOCK = `SELECT ${NOW} AS now`;

export const MIGRATIONS: readonly Migration[] = [
  {
    version: 1,
    why: 'sagas, their records, tags and plans, the heartbeats of processes, and what operators do',
    statements: [
      // AUTOINCREMENT: the key of a forgotten saga is never given to another one, so that a paused
      // process cannot write into a stranger.
      `CREATE TABLE sagas (
        saga INTEGER PRIMARY KEY AUTOINCREMENT,
        application TEXT NOT NULL DEFAULT '',
        name TEXT NOT NULL,
        id TEXT NOT NULL,
        birth TEXT NOT NULL DEFAULT '',
        version INTEGER NOT NULL,
        fingerprint TEXT NOT NULL,
        status TEXT NOT NULL,
        at_rest INTEGER NOT NULL,
        key TEXT,
        tags TEXT NOT NULL,
        headers TEXT,
        deadline INTEGER,
        input TEXT NOT NULL,
        owner TEXT,
        epoch INTEGER NOT NULL,
        recoveries INTEGER NOT NULL,
        cancel_reason TEXT,
        park_reason TEXT,
        label TEXT,
        cancel_by TEXT,
        wake_at INTEGER NOT NULL DEFAULT 0,
        taken_from TEXT,
        created_at INTEGER NOT NULL,
        updated_at INTEGER NOT NULL,
        UNIQUE (application, name, id)
      ) STRICT`,
      // at_rest follows from status; as a number it makes the conditions of the indices cheap. A saga
      // enters as few indices as can be: that of unfinished sagas, which is small (their lists are
      // sorted), until it comes to rest, and then those of lists and retention. Lists are read per
      // status, newest first; claims, cancels and retention see nothing else.
      `CREATE INDEX sagas_by_status ON sagas (application, status, created_at) WHERE ${AT_REST}`,
      `CREATE INDEX sagas_by_name ON sagas (application, name, status, created_at)
        WHERE ${AT_REST}`,
      'CREATE INDEX sagas_by_key ON sagas (application, key, created_at) WHERE key IS NOT NULL',
      // wake_at is 0 for those that are awake: what has no owner and is due is one stretch of the
      // index, and those that sleep come after it.
      `CREATE INDEX sagas_live ON sagas (owner, wake_at) WHERE ${LIVE}`,
      `CREATE INDEX sagas_to_cancel ON sagas (owner) WHERE cancel_reason IS NOT NULL AND ${LIVE}`,
      'CREATE INDEX sagas_taken ON sagas (taken_from) WHERE taken_from IS NOT NULL',
      // One row per append: its records as a JSON array of [seq, at, epoch, head, result, context],
      // without what is null at the end, and the seq of the last one. A call into SQLite, a bound value
      // and a row each cost more than the text. written_at is the store's clock, at is the writer's. In
      // the order of writing: kept in the order of sagas, the records of those that run side by side
      // would be on pages of their own, and each of them written anew with every commit.
      `CREATE TABLE saga_appends (
        saga INTEGER NOT NULL,
        seq INTEGER NOT NULL,
        written_at INTEGER NOT NULL,
        records TEXT NOT NULL
      ) STRICT`,
      'CREATE UNIQUE INDEX saga_appends_by_saga ON saga_appends (saga, seq)',
      // For people: one row per record.
      `CREATE VIEW saga_records AS
        SELECT a.saga, r.value ->> 0 AS seq, r.value ->> 1 AS at, r.value ->> 2 AS epoch,
          r.value ->> 3 AS head, r.value ->> 4 AS result, r.value ->> 5 AS context, a.written_at
        FROM saga_appends a, json_each(a.records) r`,
      `CREATE TABLE saga_tags (
        application TEXT NOT NULL,
        name TEXT NOT NULL,
        value TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        saga INTEGER NOT NULL,
        PRIMARY KEY (application, name, value, created_at, saga)
      ) STRICT, WITHOUT ROWID`,
      'CREATE INDEX saga_tags_by_saga ON saga_tags (saga)',
      `CREATE TABLE saga_owners (
        owner TEXT PRIMARY KEY,
        alive_until INTEGER NOT NULL,
        lease_ms INTEGER,
        started_at INTEGER,
        info TEXT
      ) STRICT, WITHOUT ROWID`,
      // What processes have brought along, for those who look at sagas without their code.
      `CREATE TABLE saga_plans (
        application TEXT NOT NULL,
        name TEXT NOT NULL,
        version INTEGER NOT NULL,
        fingerprint TEXT NOT NULL,
        plan TEXT NOT NULL,
        first_seen INTEGER NOT NULL,
        last_seen INTEGER NOT NULL,
        PRIMARY KEY (application, name, version, fingerprint)
      ) STRICT, WITHOUT ROWID`,
      ...OPERATOR_TABLES,
    ],
  },
];

/** Owners whose heartbeat expired long ago are deleted: no owner at all means the same. */
const FORGET_OWNERS_AFTER_MS = 86_400_000;

function currentVersion(database: Database): number {
  const [row] = database.query('SELECT max(version) AS version FROM saga_schema', []);
  return Number(row?.['version'] ?? 0);
}

/** Changes nothing. @throws SagaJournalError unless the schema is the one that this package knows */
export function verifySchema(database: Database, description: string): void {
  const [table] = database.query("SELECT 1 FROM sqlite_schema WHERE name = 'saga_schema'", []);
  const current = table === undefined ? 0 : currentVersion(database);
  const [left] = pendingMigrations(MIGRATIONS, current, description).slice(-1);
  if (left === undefined) return;
  throw new SagaJournalError(
    `The journal ${description} has schema version ${current}, and this package needs ${left.version}; ` +
      "run 'npx saga migrate', or open it with migrate: 'auto'",
  );
}

/** Brings the schema up to date, in one transaction. @throws SagaJournalError for a newer one. */
export function migrate(database: Database, description: string): void {
  database.transaction('IMMEDIATE', () => {
    database.exec(
      'CREATE TABLE IF NOT EXISTS saga_schema (version INTEGER PRIMARY KEY, applied_at INTEGER NOT NULL) STRICT',
    );
    const current = currentVersion(database);
    for (const { version, statements } of pendingMigrations(MIGRATIONS, current, description)) {
      for (const statement of statements) database.exec(statement);
      database.run(`INSERT INTO saga_schema (version, applied_at) VALUES (?, ${NOW})`, version);
    }
    database.run(`DELETE FROM saga_owners WHERE alive_until < ${NOW} - ?`, FORGET_OWNERS_AFTER_MS);
  });
}
