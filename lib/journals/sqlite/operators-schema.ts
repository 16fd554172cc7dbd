/** What operators asked for, and what they did. Neither refers to a saga's row, which they outlive. */
export const OPERATOR_TABLES: readonly string[] = [
  `CREATE TABLE saga_requests (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    created_at INTEGER NOT NULL,
    taken_at INTEGER,
    ended_at INTEGER,
    takes INTEGER NOT NULL DEFAULT 0,
    request TEXT NOT NULL UNIQUE,
    application TEXT NOT NULL DEFAULT '',
    name TEXT NOT NULL,
    id TEXT NOT NULL,
    act TEXT NOT NULL,
    label TEXT,
    result TEXT,
    bulk TEXT,
    by TEXT NOT NULL,
    reason TEXT NOT NULL,
    origin TEXT NOT NULL,
    taken_by TEXT,
    outcome TEXT,
    message TEXT
  ) STRICT`,
  // Those that are open are few, and all that a worker ever looks at.
  'CREATE INDEX saga_requests_open ON saga_requests (application, name, id, seq) WHERE ended_at IS NULL',
  'CREATE INDEX saga_requests_by_age ON saga_requests (application, ended_at) WHERE ended_at IS NOT NULL',
  'CREATE INDEX saga_requests_by_saga ON saga_requests (application, name, id, seq)',
  'CREATE INDEX saga_requests_by_bulk ON saga_requests (application, bulk, seq) WHERE bulk IS NOT NULL',
  'CREATE INDEX saga_requests_newest ON saga_requests (application, seq)',
  // entry names the act: the request that asked for it, or a random one. It is there once, however
  // often its act is written.
  `CREATE TABLE saga_audit (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    entry TEXT NOT NULL UNIQUE,
    application TEXT NOT NULL DEFAULT '',
    name TEXT NOT NULL,
    id TEXT NOT NULL,
    act TEXT NOT NULL,
    label TEXT,
    by TEXT NOT NULL,
    reason TEXT NOT NULL,
    origin TEXT NOT NULL,
    outcome TEXT NOT NULL,
    message TEXT
  ) STRICT`,
  'CREATE INDEX saga_audit_newest ON saga_audit (application, seq)',
  'CREATE INDEX saga_audit_by_saga ON saga_audit (application, name, id, seq)',
  'CREATE INDEX saga_audit_by_age ON saga_audit (application, at)',
];
