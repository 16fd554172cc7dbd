import { BY_REF } from './reader.js';
import { AT_REST, NOW } from './expressions.js';
import type { Tables } from './tables.js';

/** `$1` to `$3` the ref. The lock keeps appends out until the end of the transaction. */
export function forgettableByRefSql({ sagas }: Tables): string {
  return `SELECT s.saga FROM ${sagas} s WHERE ${BY_REF} AND s.${AT_REST} FOR UPDATE`;
}

/**
 * `$1` status, `$2` age in ms, `$3` limit, `$4` application. What somebody else is writing or deleting
 * is passed over. The clock is read once, or no index could be searched for the age. The index of lists
 * serves, since what came to rest long ago was created even earlier.
 */
export function forgettableByAgeSql({ sagas }: Tables): string {
  return `SELECT saga FROM ${sagas}
    WHERE application = $4 AND status = $1 AND ${AT_REST}
      AND created_at <= (SELECT ${NOW}) - $2::bigint AND updated_at <= (SELECT ${NOW}) - $2::bigint
    ORDER BY created_at, saga LIMIT $3 FOR UPDATE SKIP LOCKED`;
}

/**
 * `$1` keys of sagas that are locked. A statement of its own: it sees what was appended until the
 * locks were had. @throws a fault of the item where the tags of one of them are no JSON
 */
export function forgetSql({ sagas, appends, tags }: Tables): string {
  return `WITH records AS (DELETE FROM ${appends} WHERE saga = ANY($1::bigint[])),
    untagged AS (
      DELETE FROM ${tags} t
      USING ${sagas} s CROSS JOIN LATERAL json_each_text(s.tags::json) g
      WHERE s.saga = ANY($1::bigint[]) AND s.tags <> '{}'
        AND t.application = s.application AND t.name = g.key AND t.value = g.value AND t.created_at = s.created_at AND t.saga = s.saga
    )
    DELETE FROM ${sagas} WHERE saga = ANY($1::bigint[]) RETURNING saga`;
}

/** The same for sagas whose tags cannot be read: all tags of the schema are looked at. */
export function forgetDamagedSql({ sagas, appends, tags }: Tables): string {
  return `WITH records AS (DELETE FROM ${appends} WHERE saga = ANY($1::bigint[])),
    untagged AS (DELETE FROM ${tags} WHERE saga = ANY($1::bigint[]))
    DELETE FROM ${sagas} WHERE saga = ANY($1::bigint[]) RETURNING saga`;
}
