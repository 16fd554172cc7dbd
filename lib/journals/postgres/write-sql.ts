import type { CancelRequest } from '../../core/index.js';
import type { SqlValue } from '../sql/index.js';
import { APPEND_COLUMNS, CREATE_COLUMNS, type Column } from './parameters.js';
import { nextSeqSql } from './reader.js';
import { AT_REST, NOW } from './expressions.js';
import type { Tables } from './tables.js';

/** `$1` is the number of the write; an array per column follows, those of the creates first. */
function rows<Item>(columns: readonly Column<Item>[], before: number): string {
  const arrays = columns.map(({ type }, index) => `$${before + index + 1}::${type}[]`);
  return `unnest(${arrays.join(', ')}) AS i (${columns.map(({ name }) => name).join(', ')})`;
}

/** One row, with a value per column: the server takes two thirds of the time that arrays of one take. */
function row<Item>(columns: readonly Column<Item>[]): string {
  const values = columns.map(({ name, type }, index) => `$${index + 2}::${type} AS ${name}`);
  return `(SELECT ${values.join(', ')}) AS i`;
}

function createSql({ sagas, tags }: Tables, source: string): readonly string[] {
  const columns = CREATE_COLUMNS.map(({ name }) => name).join(', ');
  return [
    // An id that is taken is left out here, and looked at afterwards.
    `created AS (
      INSERT INTO ${sagas} (${columns}, epoch, recoveries, created_at, updated_at, created_in)
      SELECT i.*, 1, 0, now, now, $1::bigint FROM ${source}, clock
      ON CONFLICT (application, name, id) DO NOTHING
      RETURNING saga, application, name, id, tags, created_at
    )`,
    `tagged AS (
      INSERT INTO ${tags} (application, name, value, created_at, saga)
      SELECT b.application, t.key, t.value, b.created_at, b.saga
      FROM created b CROSS JOIN LATERAL json_each_text(b.tags::json) t WHERE b.tags <> '{}'
    )`,
  ];
}

/**
 * The row lock is what ends a race with a claim: a claim passes over the rows that are locked here,
 * and where it came first, the row is looked at once more as it is now (as READ COMMITTED does it)
 * and fits no longer. Only the records may be newer than this statement sees; then the key of the
 * appends refuses, and the statement as a whole has to be repeated.
 */
export function appendSql(tables: Tables, source: string): readonly string[] {
  const { sagas, appends } = tables;
  return [
    `held AS MATERIALIZED (
      SELECT i.*, h.was, h.had, h.cancel
      FROM ${source} CROSS JOIN LATERAL (
        SELECT s.saga, s.status AS was, s.recoveries AS had, s.initial_seq,
          CASE WHEN s.cancel_reason IS NOT NULL THEN json_build_array(s.cancel_reason, s.cancel_by)::text END AS cancel
        FROM ${sagas} s
        WHERE s.saga = i.saga AND s.owner = i.owner AND s.epoch = i.epoch
        FOR NO KEY UPDATE
      ) h
      WHERE i.first_seq = ${nextSeqSql(tables, 'h')}
    )`,
    `written AS (
      INSERT INTO ${appends} (saga, written_in, written_at, first_seq, last_seq, records)
      SELECT h.saga, $1::bigint, now, h.first_seq, h.last_seq, h.records FROM held h, clock
    )`,
    // Most appends leave the row of the saga as it is: its last record tells when it changed.
    `changed AS (
      UPDATE ${sagas} s SET status = h.status, updated_at = clock.now,
        park_reason = h.parked::json ->> 0, label = h.parked::json ->> 1,
        recoveries = CASE WHEN h.progress THEN 0 ELSE h.had END,
        owner = CASE WHEN h.wake_at IS NULL THEN s.owner END,
        wake_at = CASE WHEN h.wake_at IS NULL THEN 0 WHEN h.cancel IS NULL THEN h.wake_at
          ELSE least(h.wake_at, clock.now) END
      FROM held h, clock
      WHERE s.saga = h.saga
        AND (h.status <> h.was OR (h.progress AND h.had > 0) OR h.${AT_REST} OR h.wake_at IS NOT NULL)
    )`,
  ];
}

/**
 * One create inside a transaction of the application's, which the last parameter names: in any other one it
 * stores nothing. It is nobody's, and asleep until now, so that to claim it is no recovery.
 */
export function createGuardedSql({ sagas, tags }: Tables): string {
  const columns = CREATE_COLUMNS.map(({ name }) => name).join(', ');
  return `WITH clock AS MATERIALIZED (SELECT ${NOW} AS now),
    guard AS MATERIALIZED (SELECT pg_current_xact_id()::text = $${CREATE_COLUMNS.length + 2}::text AS same),
    born AS (
      INSERT INTO ${sagas} (${columns}, epoch, recoveries, created_at, updated_at, wake_at, created_in)
      SELECT i.*, 1, 0, now, now, now, $1::bigint FROM ${row(CREATE_COLUMNS)}, clock, guard WHERE guard.same
      ON CONFLICT (application, name, id) DO NOTHING
      RETURNING saga, application, tags, created_at
    ),
    tagged AS (
      INSERT INTO ${tags} (application, name, value, created_at, saga)
      SELECT b.application, t.key, t.value, b.created_at, b.saga
      FROM born b CROSS JOIN LATERAL json_each_text(b.tags::json) t WHERE b.tags <> '{}'
    )
    SELECT CASE WHEN guard.same THEN 'yes' ELSE 'no' END AS same, born.saga::text AS saga
    FROM guard LEFT JOIN born ON true`;
}

/** What a statement writes: one create or append, several, or several of both. */
export type WriteForm = 'create' | 'append' | 'creates' | 'appends' | 'both';

/**
 * One statement, and so one transaction and one round trip, that creates sagas and appends records to
 * others. It returns the sagas that it wrote; those that are missing were refused alone. No saga may be
 * in it twice. Done again with the same `$1` it writes nothing twice.
 */
function writeSql(tables: Tables, creates: string | undefined, appends?: string): string {
  const parts = [`clock AS MATERIALIZED (SELECT ${NOW} AS now)`];
  const told: string[] = [];
  if (creates !== undefined) {
    parts.push(...createSql(tables, creates));
    told.push('SELECT saga, application, name, id, NULL AS cancel FROM created');
  }
  if (appends !== undefined) {
    parts.push(...appendSql(tables, appends));
    told.push('SELECT saga, NULL AS application, NULL AS name, NULL AS id, cancel FROM held');
  }
  return `WITH ${parts.join(',\n')}\n${told.join(' UNION ALL ')}`;
}

export function writeStatements(tables: Tables): Readonly<Record<WriteForm, string>> {
  const creates = rows(CREATE_COLUMNS, 1);
  return {
    create: writeSql(tables, row(CREATE_COLUMNS)),
    append: writeSql(tables, undefined, row(APPEND_COLUMNS)),
    creates: writeSql(tables, creates),
    appends: writeSql(tables, undefined, rows(APPEND_COLUMNS, 1)),
    both: writeSql(tables, creates, rows(APPEND_COLUMNS, 1 + CREATE_COLUMNS.length)),
  };
}

/** The request to cancel a saga that a write tells of. */
export function cancelOf(told: SqlValue | undefined): CancelRequest | undefined {
  if (told === null || told === undefined) return undefined;
  const [reason, by] = JSON.parse(String(told)) as readonly [string, string | null];
  return by === null ? { reason } : { reason, by };
}
