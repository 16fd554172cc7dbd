import { nextSeqSql } from './reader.js';
import type { Tables } from './tables.js';

/** The request to cancel the saga of the row `s`, for `cancelOf`. */
export const CANCEL = `CASE WHEN s.cancel_reason IS NOT NULL THEN json_build_array(s.cancel_reason, s.cancel_by)::text END`;

/** What an append `i` makes of the row `s` of its saga. */
export function changesSql(i: string, now: string): string {
  return `status = ${i}.status, updated_at = ${now},
        park_reason = ${i}.parked::json ->> 0, label = ${i}.parked::json ->> 1,
        recoveries = CASE WHEN ${i}.progress THEN 0 ELSE s.recoveries END,
        owner = CASE WHEN ${i}.wake_at IS NULL THEN s.owner END,
        wake_at = CASE WHEN ${i}.wake_at IS NULL THEN 0 WHEN s.cancel_reason IS NULL THEN ${i}.wake_at
          ELSE least(${i}.wake_at, ${now}) END`;
}

export function insertAppendSql({ appends }: Tables, from: string, now: string): string {
  return `INSERT INTO ${appends} (saga, written_in, written_at, first_seq, last_seq, records)
      SELECT w.saga, $1::bigint, ${now}, w.first_seq, w.last_seq, w.records FROM ${from}`;
}

const WRITTEN = `s.saga, i.first_seq, i.last_seq, i.records, ${CANCEL} AS cancel`;

/**
 * The row lock is what ends a race with a claim: a claim passes over the rows that are locked here,
 * and where it came first, the row is looked at once more as it is now (as READ COMMITTED does it)
 * and fits no longer. Only the records may be newer than this statement sees; then the key of the
 * appends refuses, and the statement as a whole has to be repeated.
 */
const fenceSql = (tables: Tables): string =>
  `s.saga = i.saga AND s.owner = i.owner AND s.epoch = i.epoch AND i.first_seq = ${nextSeqSql(tables, 's')}`;

/** Most appends leave the row of the saga as it is: its last record tells when it changed. */
export function staysSql(tables: Tables, source: string): string {
  return `stays AS MATERIALIZED (
      SELECT ${WRITTEN} FROM ${source}, ${tables.sagas} s
      WHERE ${fenceSql(tables)} AND s.status = i.status AND (s.recoveries = 0 OR NOT i.progress)
      FOR NO KEY UPDATE OF s
    )`;
}

export function movesSql(tables: Tables, source: string, now: string): string {
  return `moves AS (
      UPDATE ${tables.sagas} s SET ${changesSql('i', now)}
      FROM ${source} WHERE ${fenceSql(tables)}
      RETURNING ${WRITTEN}, s.updated_at
    )`;
}
