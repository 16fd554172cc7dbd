import type {
  AbandonedRequest,
  AbandonedSagas,
  ClaimRequest,
  ForgetRequest,
  OwnerInfo,
  ReleaseRequest,
  SagaRef,
  SagaRow,
} from '../../core/index.js';
import {
  MAX_COUNT,
  storable,
  SUSPECTS_FIRST,
  toAbandoned,
  toSagaRow,
  type SqlRow,
  type SqlValue,
} from '../sql/index.js';
import { apart, together } from './columns.js';
import type { Database } from './database.js';
import { BY_REF, refValues, rowOf } from './reader.js';
import { AT_REST, CLOCK, LIVE } from './schema.js';

/** By its full name: what an UPDATE answers knows no short one. */
const ROW = rowOf('sagas');

const BEAT = `INSERT INTO saga_owners (owner, alive_until, lease_ms, started_at, info) VALUES (?, ?, ?, ?, ?)
  ON CONFLICT (owner) DO UPDATE SET alive_until = excluded.alive_until, lease_ms = excluded.lease_ms,
    info = coalesce(excluded.info, info)`;
/** A clock that was set back must not extend anybody's lease. */
const SHORTEN =
  'UPDATE saga_owners SET alive_until = ? + lease_ms WHERE alive_until > ? + lease_ms';
export const CANCEL_REQUESTS = `SELECT ${ROW} FROM sagas INDEXED BY sagas_to_cancel
  WHERE owner = ? AND cancel_reason IS NOT NULL AND ${LIVE}`;
/** Claimed by force: its earlier owner is told, until somebody else claims it. */
export const TAKEN = `SELECT ${ROW} FROM sagas INDEXED BY sagas_taken WHERE taken_from = ?`;
const LEAVE = 'DELETE FROM saga_owners WHERE owner = ?';

/** A damaged count must not make the claim of other sagas fail. */
function raised(count: string): string {
  return `max(0, min(${count}, ${MAX_COUNT})) + 1`;
}

const ALIVE = 'SELECT 1 FROM saga_owners o WHERE o.owner = s.owner AND o.alive_until >= ?';
/** Whatever wake time an owned row has. */
const ANY_TIME = '9223372036854775807';
const NAMED = 's.application = ? AND s.name IN (SELECT value FROM json_each(?))';

/**
 * The owners of unfinished sagas are walked one by one through the index (there are few), so that the
 * sagas of owners that are alive are never looked at. CROSS JOIN: the owners lead, whatever the planner
 * thinks. `IS`, because sagas without an owner (`NULL`) can be claimed, too; those of them that sleep
 * are not looked at.
 */
const GONE = `WITH RECURSIVE owners (owner) AS (
    SELECT min(owner) FROM sagas INDEXED BY sagas_live WHERE ${LIVE}
    UNION ALL
    SELECT (SELECT min(n.owner) FROM sagas n INDEXED BY sagas_live WHERE n.${LIVE} AND n.owner > owners.owner)
    FROM owners WHERE owners.owner IS NOT NULL
  ),
  gone (owner, until) AS (
    SELECT NULL, ?
    UNION ALL
    SELECT s.owner, ${ANY_TIME} FROM owners s WHERE s.owner IS NOT NULL AND NOT EXISTS (${ALIVE})
  )`;
const OF_THE_GONE = `gone g CROSS JOIN sagas s INDEXED BY sagas_live
  ON s.owner IS g.owner AND s.wake_at <= g.until`;

function claimable(only: string, order: string): string {
  return `${GONE}
  SELECT s.saga FROM ${OF_THE_GONE}
  WHERE s.${LIVE} AND ${NAMED} AND s.status IN ('running', 'compensating') ${only}
  ORDER BY ${order} LIMIT ?`;
}

export const CLAIMABLE = claimable('', 's.saga');
export const CLAIMABLE_BELOW = claimable('AND s.recoveries < ?', 's.saga');
export const SUSPECTS = claimable('AND s.recoveries >= ?', SUSPECTS_FIRST);

export const CLAIMABLE_BY_ID = `SELECT s.saga FROM sagas s
  WHERE ${NAMED} AND s.id = ?
    AND (s.${AT_REST} OR ? OR CASE WHEN s.owner IS NULL THEN s.wake_at <= ? ELSE NOT EXISTS (${ALIVE}) END)
  ORDER BY s.saga LIMIT ?`;

const COUNTED = together({ name: 's.name', version: 's.version', sagas: 'count(*)' });

/** Counts, by name and version, sagas of unknown names that no living process owns. */
export const ABANDONED = `${GONE}
  SELECT ${COUNTED}
  FROM ${OF_THE_GONE}
  WHERE s.${LIVE} AND s.status IN ('running', 'compensating')
    AND s.application = ? AND s.name NOT IN (SELECT value FROM json_each(?))
  GROUP BY s.name, s.version ORDER BY count(*) DESC LIMIT 100`;

/**
 * Claimed at rest, a cancel that was requested before is dropped. Claimed from its sleep, nobody has
 * died, and it does not count as a recovery.
 */
const CLAIM = `UPDATE sagas SET owner = ?, epoch = ${raised('epoch')},
  recoveries = CASE WHEN wake_at = 0 THEN ${raised('recoveries')} ELSE recoveries END, wake_at = 0,
  cancel_reason = CASE WHEN ${AT_REST} THEN NULL ELSE cancel_reason END,
  cancel_by = CASE WHEN ${AT_REST} THEN NULL ELSE cancel_by END,
  taken_from = CASE WHEN ? AND owner <> ? AND NOT ${AT_REST} THEN owner END WHERE saga = ?
  RETURNING ${ROW}`;
const RELEASE = `UPDATE sagas AS s SET owner = NULL, recoveries = max(recoveries - ?, 0)
  WHERE ${BY_REF} AND s.epoch = ? AND s.owner = ?`;
const CANCEL = `UPDATE sagas AS s SET cancel_reason = coalesce(cancel_reason, ?),
  cancel_by = CASE WHEN cancel_reason IS NULL THEN ? ELSE cancel_by END, wake_at = min(wake_at, ?)
  WHERE ${BY_REF} AND s.${LIVE}`;

const FORGETTABLE = `SELECT s.saga FROM sagas s WHERE ${BY_REF} AND s.${AT_REST}`;
/** By the index of lists, which serves: what came to rest long ago was created even earlier. */
export const FORGETTABLE_BY_AGE = `SELECT saga FROM sagas INDEXED BY sagas_by_status
  WHERE application = ? AND status = ? AND ${AT_REST} AND created_at <= ? AND updated_at <= ?
  ORDER BY created_at, saga LIMIT ?`;
export const FORGET = [
  'DELETE FROM saga_appends WHERE saga = ?',
  'DELETE FROM saga_tags WHERE saga = ?',
  'DELETE FROM sagas WHERE saga = ?',
];

/** Owners and what they own, inside a transaction of the writer's. Times are the store's, in ms. */
export class Claims {
  constructor(private readonly database: Database) {}

  heartbeat(owner: string, leaseMs: number, now: number, info?: OwnerInfo): readonly SagaRow[] {
    const lease = Math.ceil(leaseMs);
    const said = info === undefined ? null : JSON.stringify(info);
    this.database.run(BEAT, storable('owner', owner), now + lease, lease, now, said);
    this.database.run(SHORTEN, now, now);
    return [...this.#rows(CANCEL_REQUESTS, owner), ...this.#rows(TAKEN, owner)];
  }

  leave(owner: string): void {
    this.database.run(LEAVE, owner);
  }

  claim(request: ClaimRequest, now: number): readonly SagaRow[] {
    const owner = storable('owner', request.owner);
    const forced = request.force === true ? 1 : 0;
    return this.#claimable(request, now).flatMap(({ saga = null }) => {
      return this.#rows(CLAIM, owner, forced, owner, saga);
    });
  }

  abandoned({ application = '', except }: AbandonedRequest): readonly AbandonedSagas[] {
    const whose = storable('application', application);
    const now = this.database.one(CLOCK)?.['now'] ?? null;
    const rows = this.database.all(ABANDONED, now, now, whose, JSON.stringify(except));
    return rows.map((row) => toAbandoned(apart(row)));
  }

  release({ ref, owner, epoch, graceful }: ReleaseRequest): void {
    this.database.run(RELEASE, graceful ? 1 : 0, ...refValues(ref), epoch, owner);
  }

  /** @returns whether it is unfinished */
  requestCancel(ref: SagaRef, reason: string, by: string | null, now: number): boolean {
    const who = by === null ? null : storable('by', by);
    const values = [storable('reason', reason), who, now, ...refValues(ref)];
    return Number(this.database.run(CANCEL, ...values).changes) > 0;
  }

  forget(request: ForgetRequest, now: number): number {
    const found = this.#forgettable(request, now);
    for (const { saga = null } of found) for (const sql of FORGET) this.database.run(sql, saga);
    return found.length;
  }

  #forgettable(request: ForgetRequest, now: number): readonly SqlRow[] {
    if ('ref' in request) return this.database.all(FORGETTABLE, ...refValues(request.ref));
    const { application = '', status, olderThanMs, limit } = request;
    const newest = now - olderThanMs;
    const whose = storable('application', application);
    return this.database.all(FORGETTABLE_BY_AGE, whose, status, newest, newest, limit);
  }

  #rows(sql: string, ...values: SqlValue[]): readonly SagaRow[] {
    return this.database.all(sql, ...values).map((row) => toSagaRow(apart(row)));
  }

  #claimable(request: ClaimRequest, now: number): readonly SqlRow[] {
    const { application = '', names, limit, id, force = false, recoveries } = request;
    const { database } = this;
    const known = [storable('application', application), JSON.stringify(names)];
    if (id !== undefined) {
      const one = [storable('id', id), force ? 1 : 0, now, now, limit];
      return database.all(CLAIMABLE_BY_ID, ...known, ...one);
    }
    if (recoveries === undefined) return database.all(CLAIMABLE, now, now, ...known, limit);
    return 'below' in recoveries
      ? database.all(CLAIMABLE_BELOW, now, now, ...known, recoveries.below, limit)
      : database.all(SUSPECTS, now, now, ...known, recoveries.from, limit);
  }
}
