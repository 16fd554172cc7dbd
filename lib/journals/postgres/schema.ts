import type { Migration } from '../sql/index.js';
import { appendWithinSql } from './append-within.js';
import { AT_REST, LIVE } from './expressions.js';
import { operatorTables } from './operators-schema.js';
import type { Tables } from './tables.js';

/**
 * Texts compare by their bytes (COLLATE "C"): the same on every server, and fast. There are no
 * foreign keys: each would cost a look-up and a lock per row, and one statement writes both sides.
 */
export function migrations(tables: Tables): readonly Migration[] {
  const { sagas, appends, tags, owners, plans, records } = tables;
  return [
    {
      version: 1,
      why: 'sagas, their records, tags and plans, the heartbeats of processes, and what operators do',
      statements: [
        // The identity of a forgotten saga is never given to another one, so that a paused process
        // cannot write into a stranger. The first records are part of the row, since most sagas are
        // written four times: initial_seq is the last of them, created_in the write that brought them.
        `CREATE TABLE ${sagas} (
          saga bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
          created_at bigint NOT NULL,
          updated_at bigint NOT NULL,
          deadline bigint,
          wake_at bigint NOT NULL DEFAULT 0,
          version bigint NOT NULL,
          created_in bigint NOT NULL,
          claimed_in bigint,
          epoch integer NOT NULL,
          recoveries integer NOT NULL,
          initial_seq integer NOT NULL,
          status text COLLATE "C" NOT NULL,
          owner text COLLATE "C",
          application text COLLATE "C" NOT NULL DEFAULT '',
          name text COLLATE "C" NOT NULL,
          id text COLLATE "C" NOT NULL,
          birth text COLLATE "C" NOT NULL DEFAULT '',
          fingerprint text COLLATE "C" NOT NULL,
          key text COLLATE "C",
          cancel_reason text COLLATE "C",
          park_reason text COLLATE "C",
          label text COLLATE "C",
          cancel_by text COLLATE "C",
          taken_from text COLLATE "C",
          tags text COLLATE "C" NOT NULL,
          headers text COLLATE "C",
          input text COLLATE "C" NOT NULL,
          initial_records text COLLATE "C" NOT NULL,
          UNIQUE (application, name, id)
        )`,
        // A saga enters as few indices as can be: that of unfinished sagas, which is small (their lists
        // are sorted), until it comes to rest, and then those of lists and retention. wake_at is 0 for
        // those that are awake: what has no owner and is due is one stretch of the index, and those
        // that sleep come after it.
        `CREATE INDEX sagas_live ON ${sagas} (owner, wake_at, saga) WHERE ${LIVE}`,
        `CREATE INDEX sagas_to_cancel ON ${sagas} (owner) WHERE cancel_reason IS NOT NULL AND ${LIVE}`,
        `CREATE INDEX sagas_taken ON ${sagas} (taken_from) WHERE taken_from IS NOT NULL`,
        `CREATE INDEX sagas_by_status ON ${sagas} (application, status, created_at, saga) WHERE ${AT_REST}`,
        `CREATE INDEX sagas_by_name ON ${sagas} (application, name, status, created_at, saga) WHERE ${AT_REST}`,
        `CREATE INDEX sagas_by_key ON ${sagas} (application, key, created_at, saga) WHERE key IS NOT NULL`,
        // One row per append: its records as a JSON array of [seq, at, epoch, head, result, context],
        // without what is null at the end. Since seqs have no gaps, two appends that overlap begin at the
        // same seq, and the key refuses the second. written_at is the server's clock, at is the writer's.
        `CREATE TABLE ${appends} (
          saga bigint NOT NULL,
          written_in bigint NOT NULL,
          written_at bigint NOT NULL,
          first_seq integer NOT NULL,
          last_seq integer NOT NULL,
          records text COLLATE "C" NOT NULL,
          PRIMARY KEY (saga, first_seq)
        )`,
        // What was written last, for those who watch: in the order of writing, so that an index of blocks will
        // do, which costs an append nothing; with a tree it takes a quarter more time.
        `CREATE INDEX saga_appends_by_time ON ${appends} USING brin (written_at)
          WITH (pages_per_range = 16, autosummarize = on)`,
        `CREATE TABLE ${tags} (
          application text COLLATE "C" NOT NULL,
          name text COLLATE "C" NOT NULL,
          value text COLLATE "C" NOT NULL,
          created_at bigint NOT NULL,
          saga bigint NOT NULL,
          PRIMARY KEY (application, name, value, created_at, saga)
        )`,
        `CREATE TABLE ${owners} (
          owner text COLLATE "C" PRIMARY KEY,
          alive_until bigint NOT NULL,
          lease_ms bigint,
          started_at bigint,
          info text COLLATE "C"
        )`,
        // What processes have brought along, for those who look at sagas without their code.
        `CREATE TABLE ${plans} (
          application text COLLATE "C" NOT NULL,
          name text COLLATE "C" NOT NULL,
          version bigint NOT NULL,
          fingerprint text COLLATE "C" NOT NULL,
          plan text COLLATE "C" NOT NULL,
          first_seen bigint NOT NULL,
          last_seen bigint NOT NULL,
          PRIMARY KEY (application, name, version, fingerprint)
        )`,
        `CREATE VIEW ${records} AS
          SELECT s.saga, s.application, s.name, s.id, (r.value ->> 0)::integer AS seq,
            to_timestamp((r.value ->> 1)::double precision / 1000) AS at,
            (r.value ->> 2)::integer AS epoch,
            r.value ->> 3 AS head, r.value ->> 4 AS result, r.value ->> 5 AS context
          FROM (
            SELECT i.saga, i.initial_records AS records FROM ${sagas} i
            UNION ALL
            SELECT a.saga, a.records FROM ${appends} a
          ) written
          JOIN ${sagas} s ON s.saga = written.saga,
          json_array_elements(written.records::json) AS r (value)`,
        ...operatorTables(tables),
        appendWithinSql(tables),
      ],
    },
  ];
}
