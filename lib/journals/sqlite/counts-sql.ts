import type { CountRead, HistogramRead, SagaStatus } from '../../core/index.js';
import type { TimedRead } from '../../core/journal/index.js';
import { together } from './columns.js';
import { oneOf, timed, UNFINISHED, type Asked } from './insight-sql.js';
import { AT_REST, LIVE } from './schema.js';

const NAMED = 's.application = ? AND s.name IN (SELECT value FROM json_each(?))';

/** The unfinished are few, and in an index of their own. */
const liveOf = (statuses: readonly SagaStatus[], read: Omit<TimedRead, 'application' | 'names'>) =>
  `FROM sagas s INDEXED BY sagas_live
    WHERE s.${LIVE} AND ${NAMED} AND ${oneOf(statuses)}${timed(read)}`;

/** Statuses as rows; those of ours need no binding. */
const listed = (statuses: readonly SagaStatus[]): string =>
  `(${statuses.map((status) => `SELECT '${status}' AS status`).join(' UNION ALL ')})`;

/**
 * How many are in one stretch of the index, which is all of the question: rows that are only counted take a
 * fifth of the time of rows that are grouped.
 */
const stretch = (name: string, status: string, times: string): string =>
  `(SELECT count(*) FROM sagas s INDEXED BY sagas_by_name
    WHERE s.${AT_REST} AND s.application = ? AND s.name = ${name} AND s.status = ${status}${times})`;

/** Of each name and status; only of the parked ones the row is looked at. `names` must be given. */
export function countsSql(read: CountRead, names: readonly string[]): Asked {
  const { application, statuses } = read;
  const unfinished = statuses.filter((status) => UNFINISHED.includes(status));
  const ended = statuses.filter((status) => status === 'completed' || status === 'compensated');
  const list = JSON.stringify(names);
  const parts: Asked[] = [];
  if (unfinished.length > 0) {
    const text = `SELECT s.name, s.status, NULL AS park_reason, count(*) AS sagas
      ${liveOf(unfinished, read)} GROUP BY 1, 2`;
    parts.push({ text, values: [application, list] });
  }
  if (ended.length > 0) {
    const text = `SELECT n.value AS name, t.status, NULL AS park_reason,
        ${stretch('n.value', 't.status', timed(read))} AS sagas
      FROM json_each(?) n, ${listed(ended)} t`;
    parts.push({ text, values: [application, list] });
  }
  if (statuses.includes('parked')) {
    const text = `SELECT s.name, s.status, s.park_reason, count(*) AS sagas
      FROM sagas s INDEXED BY sagas_by_name
      WHERE s.${AT_REST} AND ${NAMED} AND s.status = 'parked'${timed(read)} GROUP BY 1, 2, 3`;
    parts.push({ text, values: [application, list] });
  }
  const columns = { name: 'name', status: 'status', park_reason: 'park_reason', sagas: 'sagas' };
  const all = parts.map(({ text }) => `SELECT * FROM (${text})`).join(' UNION ALL ');
  return {
    text: `SELECT ${together(columns)} FROM (${all})`,
    values: parts.flatMap(({ values }) => values),
  };
}

/** Each bucket is one stretch of each name and status. */
export function histogramSql(read: HistogramRead, names: readonly string[]): Asked {
  const { from, to, bucketMs, application } = read;
  const atRest = listed(['completed', 'compensated', 'parked']);
  const live = liveOf(UNFINISHED, { createdAfter: from - 1, createdBefore: to });
  const times = ` AND s.created_at >= b.since AND s.created_at < min(b.since + ${bucketMs}, ${to})`;
  const list = JSON.stringify(names);
  return {
    text: `WITH RECURSIVE b (bucket, since) AS (
        SELECT 0, ${from} UNION ALL
        SELECT bucket + 1, since + ${bucketMs} FROM b WHERE since + ${bucketMs} < ${to}
      )
      SELECT (s.created_at - ${from}) / ${bucketMs} AS bucket, s.status, count(*) AS sagas
      ${live} GROUP BY 1, 2
      UNION ALL
      SELECT b.bucket, t.status, sum(${stretch('n.value', 't.status', times)})
      FROM b, ${atRest} t, json_each(?) n GROUP BY 1, 2`,
    values: [application, list, application, list],
  };
}
