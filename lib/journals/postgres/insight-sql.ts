import type { CountRead, DurationRead, HistogramRead, SagaStatus } from '../../core/index.js';
import type { TimedRead } from '../../core/journal/index.js';
import { LIVE, NOW } from './expressions.js';
import type { Tables } from './tables.js';

const UNFINISHED: readonly SagaStatus[] = ['running', 'compensating'];

/** Words of ours: they need no binding, and so the planner knows which index fits. */
function oneOf(statuses: readonly SagaStatus[]): string {
  return `s.status IN (${statuses.map((status) => `'${status}'`).join(', ')})`;
}

/** Numbers of ours likewise. */
function timed({ createdAfter, createdBefore }: Omit<TimedRead, 'application' | 'names'>): string {
  const after = createdAfter === undefined ? '' : ` AND s.created_at > ${createdAfter}`;
  return createdBefore === undefined ? after : `${after} AND s.created_at < ${createdBefore}`;
}

/** `$1` application, `$2` names, or `null` for all. */
function scoped(names: readonly string[] | undefined): string {
  return `s.application = $1 AND ${names === undefined ? '$2::text[] IS NULL' : 's.name = ANY($2::text[])'}`;
}

/** Apart, since each is in an index of its own; none, where no status is asked for. */
function parts(statuses: readonly SagaStatus[]): readonly (readonly SagaStatus[])[] {
  const unfinished = statuses.filter((status) => UNFINISHED.includes(status));
  const atRest = statuses.filter((status) => !UNFINISHED.includes(status));
  return [unfinished, atRest].filter(({ length }) => length > 0);
}

/**
 * `$1` application, `$2` names, which must be given. Rows that are only counted take half of the time of rows that are
 * grouped; of those that are parked alone the row is looked at.
 */
export function countsSql({ sagas }: Tables, read: CountRead): string {
  const { statuses } = read;
  const where = `s.application = $1 AND s.name = ANY($2::text[])`;
  const ended = (['completed', 'compensated'] as const).filter((one) => statuses.includes(one));
  const counts = parts(statuses.filter((one) => UNFINISHED.includes(one) || one === 'parked')).map(
    (some) => `SELECT s.name, s.status, s.park_reason, count(*) AS sagas FROM ${sagas} s
      WHERE ${where} AND ${oneOf(some)}${timed(read)} GROUP BY 1, 2, 3`,
  );
  const stretches = ended.map(
    (
      status,
    ) => `SELECT n.name, '${status}' AS status, NULL AS park_reason, (SELECT count(*) FROM ${sagas} s
        WHERE s.application = $1 AND s.name = n.name AND s.status = '${status}'${timed(read)}) AS sagas
      FROM unnest($2::text[]) AS n (name)`,
  );
  return [...counts, ...stretches].join(' UNION ALL ');
}

export function histogramSql({ sagas }: Tables, read: HistogramRead): string {
  const { from, to, bucketMs, names } = read;
  const times = timed({ createdAfter: from - 1, createdBefore: to });
  const statuses: readonly SagaStatus[] = [...UNFINISHED, 'completed', 'compensated', 'parked'];
  const counts = parts(statuses).map(
    (
      some,
    ) => `SELECT (s.created_at - ${from}) / ${bucketMs} AS bucket, s.status, count(*) AS sagas FROM ${sagas} s
      WHERE ${scoped(names)} AND ${oneOf(some)}${times} GROUP BY 1, 2`,
  );
  return counts.join(' UNION ALL ');
}

/** What a damaged row says of a time is still a number that JavaScript has. */
function whole(column: string): string {
  return `greatest(0, least(${column}, ${Number.MAX_SAFE_INTEGER}))`;
}

/** `$1` application, `$2` names, which must be given: of each, of both statuses the newest, merged. */
export function durationsSql({ sagas }: Tables, read: DurationRead): string {
  const { sample } = read;
  const newest = (['completed', 'compensated'] as const).map(
    (status) => `(SELECT s.created_at, s.saga,
        greatest(0, ${whole('s.updated_at')} - ${whole('s.created_at')}) AS ms FROM ${sagas} s
      WHERE s.application = $1 AND s.name = n.name AND ${oneOf([status])}${timed(read)}
      ORDER BY s.created_at DESC, s.saga DESC LIMIT ${sample})`,
  );
  return `SELECT n.name, t.* FROM unnest($2::text[]) AS n (name) CROSS JOIN LATERAL (
      SELECT count(*) AS sagas, max(m.ms) AS max,
        array_to_json(percentile_disc(ARRAY[0.5, 0.95, 0.99]) WITHIN GROUP (ORDER BY m.ms)) AS percentiles
      FROM (SELECT * FROM (${newest.join(' UNION ALL ')}) b
        ORDER BY b.created_at DESC, b.saga DESC LIMIT ${sample}) m
    ) t WHERE t.sagas > 0`;
}

/** `$1` application, `$2` names or `null`. */
export function unfinishedSql({ sagas, owners }: Tables): string {
  const gone = `(s.owner IS NULL AND s.wake_at <= c.now OR s.owner IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM ${owners} o WHERE o.owner = s.owner AND o.alive_until >= c.now))`;
  return `SELECT f.name, f.version, f.fingerprint, count(*) AS sagas, count(*) FILTER (WHERE f.gone) AS unowned,
      count(*) FILTER (WHERE f.asleep) AS asleep, min(f.created_at) FILTER (WHERE f.gone) AS oldest
    FROM (
      SELECT s.name, s.version, s.fingerprint, ${whole('s.created_at')} AS created_at, ${gone} AS gone,
        s.owner IS NULL AND s.wake_at > c.now AS asleep
      FROM ${sagas} s, (SELECT ${NOW} AS now) c
      WHERE s.${LIVE} AND s.application || '' = $1 AND ($2::text[] IS NULL OR s.name || '' = ANY($2::text[]))
    ) f GROUP BY 1, 2, 3`;
}

export function ownedSql({ sagas }: Tables): string {
  return `SELECT s.owner, count(*) AS sagas FROM ${sagas} s
    WHERE s.${LIVE} AND s.application || '' = $1 AND s.owner IS NOT NULL GROUP BY s.owner`;
}

export function ownersSql({ owners }: Tables): string {
  return `SELECT owner, started_at, ${whole('alive_until')} AS alive_until, info FROM ${owners}`;
}

export function plansSql({ plans }: Tables): string {
  return `SELECT name, version, fingerprint, plan, ${whole('first_seen')} AS first_seen,
      ${whole('last_seen')} AS last_seen
    FROM ${plans} WHERE application = $1 AND ($2::text[] IS NULL OR name = ANY($2::text[]))`;
}

/** `$1` application, `$2` the plans as a JSON list. */
export function savePlansSql({ plans }: Tables): string {
  return `INSERT INTO ${plans} (application, name, version, fingerprint, plan, first_seen, last_seen)
    SELECT $1, p ->> 'name', (p ->> 'version')::bigint, p ->> 'fingerprint', p::text, c.now, c.now
    FROM json_array_elements($2::json) p, (SELECT ${NOW} AS now) c
    ON CONFLICT (application, name, version, fingerprint)
    DO UPDATE SET plan = excluded.plan, last_seen = excluded.last_seen`;
}

/** Walks an index from one value to the next: there are few values, and many rows of each. */
function walk(table: string, column: string, where: string, from = ''): string {
  const next = (more: string): string =>
    `(SELECT w.${column} FROM ${table} w WHERE ${where}${more} ORDER BY w.${column} LIMIT 1)`;
  return `WITH RECURSIVE walked (value) AS (
      SELECT ${next(from)}
      UNION ALL
      SELECT ${next(` AND w.${column} > walked.value`)} FROM walked WHERE walked.value IS NOT NULL
    )
    SELECT value FROM walked WHERE value IS NOT NULL`;
}

export function namesSql({ sagas }: Tables): string {
  return walk(sagas, 'name', 'w.application = $1');
}

export function tagNamesSql({ tags }: Tables): string {
  return `${walk(tags, 'name', 'w.application = $1')} LIMIT $2`;
}

/** `$1` application, `$2` tag, `$3` limit, `$4` prefix, and `$5` the text after it where there is one. */
export function tagValuesSql({ tags }: Tables, hasEnd: boolean): string {
  const end = hasEnd ? ' AND w.value < $5' : '';
  return `${walk(tags, 'value', `w.application = $1 AND w.name = $2${end}`, ' AND w.value >= $4')} LIMIT $3`;
}

/** `$1` tables, with their schema. */
export const SIZES = `SELECT c.relname AS table, pg_total_relation_size(c.oid) AS bytes
  FROM unnest($1::text[]) AS t (name) JOIN pg_class c ON c.oid = t.name::regclass
  ORDER BY bytes DESC, c.relname`;

/** So many keys that begin alike are looked at, at most. */
const MAX_KEYS = 10_000;

/** `$1` application, `$2` names, `$3` text, `$4` limit, and `$5` the text after it where there is one. */
export function byIdSql({ sagas }: Tables, columns: string, hasEnd: boolean): string {
  const end = hasEnd ? ' AND f.id < $5' : '';
  return `SELECT s.saga, ${columns} FROM unnest($2::text[]) AS n (name) CROSS JOIN LATERAL (
      SELECT f.saga FROM ${sagas} f WHERE f.application = $1 AND f.name = n.name AND f.id >= $3${end}
      ORDER BY f.id LIMIT $4
    ) i JOIN ${sagas} s ON s.saga = i.saga ORDER BY s.id COLLATE "C", s.name COLLATE "C" LIMIT $4`;
}

/** `$2` may be `null`. */
export function byKeySql({ sagas }: Tables, columns: string, hasEnd: boolean): string {
  const end = hasEnd ? ' AND k.key < $5' : '';
  return `SELECT s.saga, ${columns} FROM (
      SELECT k.saga FROM ${sagas} k WHERE k.key IS NOT NULL AND k.application = $1 AND k.key >= $3${end}
      ORDER BY k.key LIMIT ${MAX_KEYS}
    ) f JOIN ${sagas} s ON s.saga = f.saga
    WHERE ($2::text[] IS NULL OR s.name = ANY($2::text[])) AND NOT starts_with(s.id, $3)
    ORDER BY s.key, s.created_at LIMIT $4`;
}
