import { AUDIT_COLUMNS, NEW_ENTRY, NEW_REQUEST, REQUEST_COLUMNS } from '../sql/index.js';
import { NOW } from './expressions.js';
import type { Tables } from './tables.js';

/** Placeholders for these columns, from `$first` on. */
function marks(columns: readonly string[], first: number): string {
  return columns.map((_, at) => `$${first + at}`).join(', ');
}

/** `$1` … a request. */
export function askSql({ requests }: Tables): string {
  return `INSERT INTO ${requests} (${NEW_REQUEST.join(', ')}, created_at)
    VALUES (${marks(NEW_REQUEST, 1)}, ${NOW}) ON CONFLICT (request) DO NOTHING`;
}

/**
 * `$1` owner, `$2` application, `$3` acts, `$4` names, `$5` acts on sagas of any name, `$6` those to leave,
 * `$7` limit. What somebody else is taking is passed over; of one saga only the oldest that is open. Done
 * again it answers the same requests.
 */
export function takeSql({ requests, owners }: Tables): string {
  return `WITH found AS MATERIALIZED (
      SELECT r.seq FROM ${requests} r
      WHERE r.application = $2 AND r.ended_at IS NULL AND r.act = ANY($3::text[])
        AND (r.name = ANY($4::text[]) OR r.act = ANY($5::text[]))
        AND r.request <> ALL($6::text[])
        AND (r.taken_by IS NULL OR r.taken_by = $1 OR NOT EXISTS (
          SELECT 1 FROM ${owners} o WHERE o.owner = r.taken_by AND o.alive_until >= ${NOW}))
        AND NOT EXISTS (
          SELECT 1 FROM ${requests} e
          WHERE e.application = r.application AND e.name = r.name AND e.id = r.id
            AND e.ended_at IS NULL AND e.seq < r.seq)
      ORDER BY r.seq LIMIT $7 FOR NO KEY UPDATE SKIP LOCKED
    )
    UPDATE ${requests} r SET taken_by = $1, taken_at = ${NOW}, takes = r.takes + 1
    FROM found WHERE r.seq = found.seq
    RETURNING ${REQUEST_COLUMNS.map((column) => `r.${column}`).join(', ')}`;
}

/** `$1` request, `$2` owner. */
export function letGoSql({ requests }: Tables): string {
  return `UPDATE ${requests} SET taken_by = NULL, taken_at = NULL, takes = greatest(takes - 1, 0)
    WHERE request = $1 AND taken_by = $2 AND ended_at IS NULL`;
}

/** `$1` request, `$2` owner or NULL, `$3` outcome, `$4` message: both rows or neither. */
export function endSql({ requests, audit }: Tables): string {
  return `WITH ended AS (
      UPDATE ${requests} SET ended_at = ${NOW}, outcome = $3, message = $4
      WHERE request = $1 AND taken_by IS NOT DISTINCT FROM $2::text AND ended_at IS NULL
      RETURNING *
    ),
    told AS (
      INSERT INTO ${audit} (${NEW_ENTRY.join(', ')}, at, outcome, message)
      SELECT ${NEW_ENTRY.slice(0, -1).join(', ')}, request, ended_at, outcome, message FROM ended
      ON CONFLICT (entry) DO NOTHING
    )
    SELECT 1 AS ended FROM ended`;
}

/** `$first` … an entry, then its outcome; written where `source` has a row. An entry that is there stays. */
export function writeAuditSql({ audit }: Tables, first = 1, source = ''): string {
  const outcome = first + NEW_ENTRY.length;
  const entry = NEW_ENTRY.map((_, at) => `$${first + at}::text`).join(', ');
  return `INSERT INTO ${audit} (${NEW_ENTRY.join(', ')}, at, outcome)
    SELECT ${entry}, ${NOW}, $${outcome}::text ${source} ON CONFLICT (entry) DO NOTHING`;
}

export function pageOfRequestsSql({ requests }: Tables, where: string, limit: number): string {
  const columns = REQUEST_COLUMNS.join(', ');
  return `SELECT ${columns} FROM ${requests} WHERE ${where} ORDER BY seq DESC LIMIT ${limit + 1}`;
}

export function pageOfAuditSql({ audit }: Tables, where: string, limit: number): string {
  const columns = AUDIT_COLUMNS.join(', ');
  return `SELECT ${columns} FROM ${audit} WHERE ${where} ORDER BY seq DESC LIMIT ${limit + 1}`;
}

/** `$1` application, `$2` age in ms, `$3` limit of each. The clock is read once, or no index could be searched. */
export function forgetActsSql({ requests, audit }: Tables): string {
  const old = `(SELECT ${NOW}) - $2::bigint`;
  return `WITH requests AS (
      DELETE FROM ${requests} WHERE seq IN (
        SELECT seq FROM ${requests} WHERE application = $1 AND ended_at IS NOT NULL AND ended_at <= ${old}
        ORDER BY ended_at LIMIT $3::bigint FOR UPDATE SKIP LOCKED)
      RETURNING 1
    ),
    entries AS (
      DELETE FROM ${audit} WHERE seq IN (
        SELECT seq FROM ${audit} WHERE application = $1 AND at <= ${old}
        ORDER BY at LIMIT $3::bigint FOR UPDATE SKIP LOCKED)
      RETURNING 1
    )
    SELECT (SELECT count(*) FROM requests) + (SELECT count(*) FROM entries) AS gone`;
}
