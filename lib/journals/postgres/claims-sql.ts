import { MAX_COUNT, SUSPECTS_FIRST } from '../sql/index.js';
import { writeAuditSql } from './operators-sql.js';
import { BY_REF, rowColumns } from './reader.js';
import { AT_REST, LIVE, NOW } from './expressions.js';
import type { Tables } from './tables.js';

/**
 * `$1` owner, `$2` lease in ms, `$3` what it says of itself, or `null`. Returns the sagas of the owner that somebody asked to cancel, and those
 * that were claimed from it by force. A clock that was set back must not extend anybody's lease.
 */
export function heartbeatSql(tables: Tables): string {
  const { owners } = tables;
  return `WITH beat AS (
      INSERT INTO ${owners} AS o (owner, alive_until, lease_ms, started_at, info)
      VALUES ($1, ${NOW} + $2::bigint, $2::bigint, ${NOW}, $3)
      ON CONFLICT (owner) DO UPDATE
      SET alive_until = excluded.alive_until, lease_ms = excluded.lease_ms,
        info = coalesce(excluded.info, o.info)
    ),
    shortened AS (
      UPDATE ${owners} SET alive_until = ${NOW} + lease_ms WHERE owner IN (
        SELECT o.owner FROM ${owners} o
        WHERE o.owner <> $1 AND o.alive_until > ${NOW} + o.lease_ms FOR UPDATE SKIP LOCKED
      )
    )
    SELECT ${rowColumns(tables)} FROM ${tables.sagas} s
    WHERE s.owner = $1 AND s.cancel_reason IS NOT NULL AND s.${LIVE}
    UNION ALL
    SELECT ${rowColumns(tables)} FROM ${tables.sagas} s WHERE s.taken_from = $1`;
}

/** Owners whose heartbeat expired a day ago are deleted: no owner at all means the same. */
export function sweepOwnersSql({ owners }: Tables): string {
  return `DELETE FROM ${owners} WHERE alive_until < ${NOW} - 86400000`;
}

/** A damaged count must not make the claim of other sagas fail. */
function raised(count: string): string {
  return `greatest(0, least(s.${count}, ${MAX_COUNT})) + 1`;
}

/** Where it slept, nobody has died, and it does not count as a recovery. */
const TAKE = `owner = $1, claimed_in = $2, epoch = ${raised('epoch')}, wake_at = 0,
  recoveries = CASE WHEN s.wake_at = 0 THEN ${raised('recoveries')} ELSE s.recoveries END`;

/** Without an owner, and awake; the clock is read once, or no index could be searched for the time. */
const FREE = `(s.owner IS NULL AND s.wake_at <= (SELECT ${NOW}))`;

/**
 * The owners of unfinished sagas that have no heartbeat. The owners are walked one by one through the
 * index (there are few), so that the sagas of owners that are alive are never looked at.
 */
function gone({ sagas, owners }: Tables): string {
  return `WITH RECURSIVE walked (owner) AS (
      (SELECT s.owner FROM ${sagas} s WHERE s.${LIVE} AND s.owner IS NOT NULL ORDER BY s.owner LIMIT 1)
      UNION ALL
      SELECT (SELECT s.owner FROM ${sagas} s WHERE s.${LIVE} AND s.owner > w.owner ORDER BY s.owner LIMIT 1)
      FROM walked w WHERE w.owner IS NOT NULL
    ),
    gone AS MATERIALIZED (
      SELECT array_agg(w.owner) AS owners FROM walked w WHERE w.owner IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM ${owners} o WHERE o.owner = w.owner AND o.alive_until >= ${NOW}
      )
    )`;
}

/** Which of the sagas that can be claimed: `all`, those `below` the count `$7`, or suspects from it on. */
const CLAIMED = {
  all: { only: '', order: 's.saga + 0' },
  below: { only: 'AND s.recoveries < $7::bigint', order: 's.saga + 0' },
  suspects: { only: 'AND s.recoveries >= $7::bigint', order: SUSPECTS_FIRST },
} as const;
export type ClaimedKind = keyof typeof CLAIMED;

/**
 * `$1` owner, `$2` number of this claim, `$3` names, `$4` limit, `$5` numbers of claims whose answer
 * was lost: what they claimed is returned again, `$6` application.
 *
 * A row that somebody else is claiming, or appending to, is passed over; one that changed since is
 * looked at again as it is now. Order and names are written so that no index matches them: the planner
 * would read all sagas in the order of their key, hoping to meet a few soon, or all that ever had one
 * of the names.
 */
export function claimSql(tables: Tables, which: ClaimedKind = 'all'): string {
  const { sagas } = tables;
  const { only, order } = CLAIMED[which];
  return `${gone(tables)},
    taken AS MATERIALIZED (
      SELECT s.saga FROM ${sagas} s
      WHERE s.${LIVE} AND s.application || '' = $6 AND s.name || '' = ANY($3::text[]) AND (
        ${FREE} OR s.owner = ANY((SELECT g.owners FROM gone g)::text[])
        OR (s.owner = $1 AND s.claimed_in = ANY($5::bigint[]))
      ) ${only}
      ORDER BY ${order} LIMIT $4 FOR NO KEY UPDATE SKIP LOCKED
    )
    UPDATE ${sagas} s SET ${TAKE}, taken_from = NULL FROM taken WHERE s.saga = taken.saga
    RETURNING s.saga, ${rowColumns(tables)}`;
}

/**
 * As `claimSql`, for the id `$7`, also from an owner that is alive where `$8` says so. It waits for the
 * lock of the row. The saga may be at rest: then a cancel that was requested before is dropped.
 */
export function claimOneSql(tables: Tables): string {
  const { sagas, owners } = tables;
  return `UPDATE ${sagas} s SET ${TAKE},
      cancel_reason = CASE WHEN s.${AT_REST} THEN NULL ELSE s.cancel_reason END,
      cancel_by = CASE WHEN s.${AT_REST} THEN NULL ELSE s.cancel_by END,
      taken_from = CASE WHEN $8 AND s.owner <> $1 AND s.${LIVE} THEN s.owner END
    WHERE s.application = $6 AND s.name = ANY($3::text[]) AND s.id = $7 AND $4::bigint > 0 AND (
      s.${AT_REST} OR ${FREE} OR $8
      OR (s.owner IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM ${owners} o WHERE o.owner = s.owner AND o.alive_until >= ${NOW}
      ))
      OR (s.owner = $1 AND s.claimed_in = ANY($5::bigint[]))
    )
    RETURNING s.saga, ${rowColumns(tables)}`;
}

/**
 * `$1` application, `$2` the names that are known: counts sagas of other names that no living process
 * owns.
 */
export function abandonedSql(tables: Tables): string {
  return `${gone(tables)}
    SELECT s.name, s.version, count(*) AS sagas FROM ${tables.sagas} s
    WHERE s.${LIVE} AND s.application || '' = $1 AND s.name || '' <> ALL($2::text[])
      AND (${FREE} OR s.owner = ANY((SELECT g.owners FROM gone g)::text[]))
    GROUP BY s.name, s.version ORDER BY sagas DESC LIMIT 100`;
}

/** `$1` to `$3` the ref, `$4` epoch, `$5` owner, `$6` how many recoveries do not count. */
export function releaseSql({ sagas }: Tables): string {
  return `UPDATE ${sagas} s SET owner = NULL, recoveries = greatest(s.recoveries - $6::integer, 0)
    WHERE ${BY_REF} AND s.epoch = $4 AND s.owner = $5`;
}

export function leaveSql({ owners }: Tables): string {
  return `DELETE FROM ${owners} WHERE owner = $1`;
}

/**
 * `$1` to `$3` the ref, `$4` reason, `$5` who: the first request to cancel stays; it ends a sleep. With
 * `audit`, its entry follows from `$6` on, and is written where the saga is unfinished.
 */
export function cancelSql(tables: Tables, audit: boolean): string {
  const cancel = `UPDATE ${tables.sagas} s SET cancel_reason = coalesce(s.cancel_reason, $4),
      cancel_by = CASE WHEN s.cancel_reason IS NULL THEN $5 ELSE s.cancel_by END,
      wake_at = least(s.wake_at, ${NOW})
    WHERE ${BY_REF} AND s.${LIVE}`;
  if (!audit) return cancel;
  return `WITH asked AS (${cancel} RETURNING s.saga)
    ${writeAuditSql(tables, 6, 'FROM asked')}`;
}
