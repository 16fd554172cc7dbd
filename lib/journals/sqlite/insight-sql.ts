import type { SagaStatus } from '../../core/index.js';
import type { TimedRead } from '../../core/journal/index.js';
import type { SqlValue } from '../sql/index.js';
import { together } from './columns.js';
import { rowOf } from './reader.js';
import { AT_REST, LIVE } from './schema.js';

/** A statement whose text depends on what is asked. */
export interface Asked {
  readonly text: string;
  readonly values: readonly SqlValue[];
}

export const UNFINISHED: readonly SagaStatus[] = ['running', 'compensating'];

/** Words of ours: they need no binding, and so the planner knows them. */
export function oneOf(statuses: readonly SagaStatus[]): string {
  return `s.status IN (${statuses.map((status) => `'${status}'`).join(', ')})`;
}

/** Numbers stand in the text as they are: bound, some drivers make REAL of them, and groups of fractions. */
export function timed({
  createdAfter,
  createdBefore,
}: Omit<TimedRead, 'application' | 'names'>): string {
  const after = createdAfter === undefined ? '' : ` AND s.created_at > ${createdAfter}`;
  return createdBefore === undefined ? after : `${after} AND s.created_at < ${createdBefore}`;
}

/** What a damaged row says of a time is still a number that JavaScript has. */
function whole(column: string): string {
  return `max(0, min(${column}, ${Number.MAX_SAFE_INTEGER}))`;
}

/** Of one name, of both statuses the newest, merged; of those that are left alone the row is looked at. */
export function durationsSql(read: TimedRead & { readonly sample: number }): string {
  const newest = (['completed', 'compensated'] as const).map(
    (status) => `SELECT * FROM (SELECT s.created_at, s.saga
      FROM sagas s INDEXED BY sagas_by_name
      WHERE s.${AT_REST} AND s.application = ?1 AND s.name = ?2 AND ${oneOf([status])}${timed(read)}
      ORDER BY s.created_at DESC LIMIT ${read.sample})`,
  );
  const ms = `max(0, ${whole('r.updated_at')} - ${whole('r.created_at')})`;
  return `SELECT json_group_array(${ms}) AS times FROM (
      SELECT saga FROM (${newest.join(' UNION ALL ')})
      ORDER BY created_at DESC, saga DESC LIMIT ${read.sample}
    ) m CROSS JOIN sagas r ON r.saga = m.saga`;
}

const GONE = `(s.owner IS NULL AND s.wake_at <= ?1 OR s.owner IS NOT NULL AND NOT EXISTS (
  SELECT 1 FROM saga_owners o WHERE o.owner = s.owner AND o.alive_until >= ?1))`;
/** `?1` now, `?2` application, `?3` names or `null`. */
export const UNFINISHED_SAGAS = `SELECT ${together({
  name: 's.name',
  version: 's.version',
  fingerprint: 's.fingerprint',
  sagas: 'count(*)',
  unowned: `count(*) FILTER (WHERE ${GONE})`,
  asleep: 'count(*) FILTER (WHERE s.owner IS NULL AND s.wake_at > ?1)',
  oldest: `min(${whole('s.created_at')}) FILTER (WHERE ${GONE})`,
})}
  FROM sagas s INDEXED BY sagas_live
  WHERE s.${LIVE} AND s.application = ?2 AND ${oneOf(UNFINISHED)}
    AND (?3 IS NULL OR s.name IN (SELECT value FROM json_each(?3)))
  GROUP BY s.name, s.version, s.fingerprint`;

export const OWNED = `SELECT ${together({ owner: 's.owner', sagas: 'count(*)' })}
  FROM sagas s INDEXED BY sagas_live
  WHERE s.${LIVE} AND s.application = ?1 AND s.owner IS NOT NULL AND ${oneOf(UNFINISHED)} GROUP BY s.owner`;
export const OWNERS = `SELECT ${together({
  ...{ owner: 'owner', info: 'info' },
  ...{ started_at: 'started_at', alive_until: whole('alive_until') },
})} FROM saga_owners`;

export const PLANS = `SELECT ${together({
  ...{ name: 'name', version: 'version', fingerprint: 'fingerprint', plan: 'plan' },
  ...{ first_seen: whole('first_seen'), last_seen: whole('last_seen') },
})} FROM saga_plans
  WHERE application = ?1 AND (?2 IS NULL OR name IN (SELECT value FROM json_each(?2)))`;

/**
 * Walks an index from one value to the next: there are few values, and many rows of each. A second lower bound
 * would be the one that is searched for, and each step begin at the first row again.
 */
function walk(table: string, column: string, where: string, from = '', to = ''): string {
  return `WITH RECURSIVE walked (value) AS (
      SELECT (SELECT min(w.${column}) FROM ${table} w WHERE ${where}${from}${to})
      UNION ALL
      SELECT (SELECT min(w.${column}) FROM ${table} w WHERE ${where}${to} AND w.${column} > walked.value)
      FROM walked WHERE walked.value IS NOT NULL
    )
    SELECT ${together({ value: 'value' })} FROM walked WHERE value IS NOT NULL`;
}
export const NAMES = walk('sagas', 'name', 'w.application = ?1');
export const TAG_NAMES = `${walk('saga_tags', 'name', 'w.application = ?1')} LIMIT ?2`;
const OF_TAG = 'w.application = ?1 AND w.name = ?2';
export const TAG_VALUES = `${walk('saga_tags', 'value', OF_TAG, ' AND w.value >= ?4')} LIMIT ?3`;
export const TAG_VALUES_BEFORE = `${walk('saga_tags', 'value', OF_TAG, ' AND w.value >= ?4', ' AND w.value < ?5')} LIMIT ?3`;

const ROW = rowOf('s');
/** `?1` application, `?2` name, `?3` text, `?4` limit, `?5` the text that comes after all of it. */
function byId(end: string): string {
  return `SELECT ${ROW} FROM sagas s
    WHERE s.application = ?1 AND s.name = ?2 AND s.id >= ?3${end} ORDER BY s.id LIMIT ?4`;
}
export const IDS = byId('');
export const IDS_BEFORE = byId(' AND s.id < ?5');

/** So many keys that begin alike are looked at, at most. */
const MAX_KEYS = 10_000;
/** `?1` application, `?2` names or `null`, then as above. */
function byKey(end: string): string {
  return `SELECT ${ROW} FROM (
      SELECT k.saga, k.key FROM sagas k INDEXED BY sagas_by_key
      WHERE k.key IS NOT NULL AND k.application = ?1 AND k.key >= ?3${end} ORDER BY k.key LIMIT ${MAX_KEYS}
    ) f CROSS JOIN sagas s ON s.saga = f.saga
    WHERE (?2 IS NULL OR s.name IN (SELECT value FROM json_each(?2))) AND substr(s.id, 1, length(?3)) <> ?3
    ORDER BY f.key, s.created_at LIMIT ?4`;
}
export const KEYS = byKey('');
export const KEYS_BEFORE = byKey(' AND k.key < ?5');

export const FILE_SIZE =
  'SELECT page_count * page_size AS bytes FROM pragma_page_count, pragma_page_size';

export const KEY_OF =
  'SELECT saga FROM sagas s WHERE s.application = ? AND s.name = ? AND s.id = ?';
/** Packed as they are stored, without payloads; what is no list is told as it is, and cannot be read. */
export const HEADS = `SELECT CAST(CASE WHEN json_valid(a.records) THEN (
    SELECT json_group_array(
      CASE WHEN r.type = 'array' THEN json_array(r.value -> 0, r.value -> 1, r.value -> 2, r.value -> 3) END
    ) FROM json_each(a.records) r
  ) ELSE a.records END AS BLOB) AS records
  FROM saga_appends a WHERE a.saga = ? ORDER BY a.seq`;
