import type { Tables } from './tables.js';

/** What operators asked for, and what they did. Neither refers to a saga's row, which they outlive. */
export function operatorTables({ requests, audit }: Tables): readonly string[] {
  return [
    `CREATE TABLE ${requests} (
      seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      created_at bigint NOT NULL,
      taken_at bigint,
      ended_at bigint,
      takes integer NOT NULL DEFAULT 0,
      request text COLLATE "C" NOT NULL UNIQUE,
      application text COLLATE "C" NOT NULL DEFAULT '',
      name text COLLATE "C" NOT NULL,
      id text COLLATE "C" NOT NULL,
      act text COLLATE "C" NOT NULL,
      label text COLLATE "C",
      result text COLLATE "C",
      bulk text COLLATE "C",
      by text COLLATE "C" NOT NULL,
      reason text COLLATE "C" NOT NULL,
      origin text COLLATE "C" NOT NULL,
      taken_by text COLLATE "C",
      outcome text COLLATE "C",
      message text COLLATE "C"
    )`,
    // Those that are open are few, and all that a worker ever looks at.
    `CREATE INDEX saga_requests_open ON ${requests} (application, name, id, seq) WHERE ended_at IS NULL`,
    `CREATE INDEX saga_requests_by_age ON ${requests} (application, ended_at) WHERE ended_at IS NOT NULL`,
    `CREATE INDEX saga_requests_by_saga ON ${requests} (application, name, id, seq)`,
    `CREATE INDEX saga_requests_by_bulk ON ${requests} (application, bulk, seq) WHERE bulk IS NOT NULL`,
    `CREATE INDEX saga_requests_newest ON ${requests} (application, seq)`,
    // entry names the act: the request that asked for it, or a random one. It is there once, however
    // often its act is written.
    `CREATE TABLE ${audit} (
      seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      at bigint NOT NULL,
      entry text COLLATE "C" NOT NULL UNIQUE,
      application text COLLATE "C" NOT NULL DEFAULT '',
      name text COLLATE "C" NOT NULL,
      id text COLLATE "C" NOT NULL,
      act text COLLATE "C" NOT NULL,
      label text COLLATE "C",
      by text COLLATE "C" NOT NULL,
      reason text COLLATE "C" NOT NULL,
      origin text COLLATE "C" NOT NULL,
      outcome text COLLATE "C" NOT NULL,
      message text COLLATE "C"
    )`,
    `CREATE INDEX saga_audit_newest ON ${audit} (application, seq)`,
    `CREATE INDEX saga_audit_by_saga ON ${audit} (application, name, id, seq)`,
    `CREATE INDEX saga_audit_by_age ON ${audit} (application, at)`,
  ];
}
