import type { ListQuery } from '../../core/index.js';
import { storable } from './storable.js';

/** How one dialect writes what a list needs. The saga row is called `s`, its integer key `s.saga`. */
export interface ListDialect {
  /** Binds a value and returns its placeholder. */
  bind(value: string | number | bigint): string;
  /** Whose `created_at` and `saga` order the page: `s`, or a table of tags that leads to it. */
  readonly orderedBy: string;
}

function oneOf(column: string, words: readonly string[], sql: ListDialect): string {
  const bound = words.map((word) => sql.bind(word));
  // One alone is an equality: an index then tells the newest without sorting.
  const equal = bound.length === 1 ? `= ${bound[0]}` : `IN (${bound.join(', ')})`;
  return bound.length === 0 ? 'FALSE' : `${column} ${equal}`;
}

/**
 * The conditions of a list but for its tags, joined by AND. Every value is bound. The page is
 * `ORDER BY s.created_at DESC, s.saga DESC LIMIT limit + 1`: one more than asked tells whether
 * another page follows.
 */
export function listConditions(query: ListQuery, sql: ListDialect): string {
  const { application, name, statuses, parkReasons, key } = query;
  const { createdAfter, createdBefore, after } = query;
  const { orderedBy } = sql;
  const all = [`s.application = ${sql.bind(storable('application', application))}`];
  if (name !== undefined) all.push(`s.name = ${sql.bind(storable('name', name))}`);
  if (statuses !== undefined) all.push(oneOf('s.status', statuses, sql));
  if (parkReasons !== undefined) all.push(oneOf('s.park_reason', parkReasons, sql));
  if (key !== undefined) all.push(`s.key = ${sql.bind(storable('key', key))}`);
  if (createdAfter !== undefined) all.push(`${orderedBy}.created_at > ${sql.bind(createdAfter)}`);
  if (createdBefore !== undefined) all.push(`${orderedBy}.created_at < ${sql.bind(createdBefore)}`);
  if (after !== undefined) {
    // A row value, not OR: only so does the index give the place to begin at.
    const position = `${orderedBy}.created_at, ${orderedBy}.saga`;
    all.push(`(${position}) < (${sql.bind(after.createdAt)}, ${sql.bind(after.key)})`);
  }
  return all.join(' AND ');
}

/** The order in which suspects are claimed: see `ClaimRequest.recoveries`. */
export const SUSPECTS_FIRST = `s.recoveries DESC,
  CASE s.recoveries % 2 WHEN 0 THEN s.saga ELSE -s.saga END`;
