import type { JournalBatch, NewSaga, SagaStatus } from '../../core/index.js';
import { packHeaders, type SqlValue } from '../sql/index.js';
import { valuesOf } from './bulk-statement.js';
import { together } from './columns.js';
import type { Known } from './known.js';
import { LAST_SEQ } from './reader.js';

/** The last integer key that was ever given. */
export const LAST_KEY = "SELECT seq FROM sqlite_sequence WHERE name = 'sagas'";
export const CREATED = 'SELECT 1 FROM sagas WHERE saga = ?';
export const INSERT_TAG =
  'INSERT INTO saga_tags (application, name, value, created_at, saga) VALUES (?, ?, ?, ?, ?)';
const KNOWN = together({
  ...{ saga: 'saga', owner: 'owner', epoch: 'epoch', status: 'status', recoveries: 'recoveries' },
  ...{ cancel_reason: 'cancel_reason', cancel_by: 'cancel_by', seq: LAST_SEQ },
});
export const LOOK = `SELECT ${KNOWN}
  FROM sagas s WHERE application = ? AND name = ? AND id = ?`;

const SHARED = 'application, name, version, fingerprint, status, at_rest, owner';
const OWN = 'saga, id, birth, key, tags, headers, deadline, input';
export const OWN_VALUES = 8;

/**
 * After the values that they share, which are bound once: to bind a value takes longer than to copy it. Not by
 * numbered parameters, which some libraries take for names.
 */
export function insertSagas(rows: number): string {
  return `INSERT INTO sagas (${SHARED}, created_at, updated_at, ${OWN}, epoch, recoveries)
    WITH shared (${SHARED}, now) AS (SELECT ?, ?, ?, ?, ?, ?, ?, ?),
      own (${OWN}) AS (VALUES ${valuesOf(rows, '(?, ?, ?, ?, ?, ?, ?, ?)')})
    SELECT ${SHARED}, now, now, ${OWN}, 1, 0 FROM shared CROSS JOIN own WHERE true
    ON CONFLICT (application, name, id) DO NOTHING`;
}

/** A saga that is written: the integer key comes from the journal, or from the database. */
type Written = Omit<NewSaga, 'owner'> & { readonly owner: string | null };

export function sharedValues(saga: Written, now: number): SqlValue[] {
  const { application = '', name, version, fingerprint, status, owner } = saga;
  return [application, name, version, fingerprint, status, isAtRest(status) ? 1 : 0, owner, now];
}

export function ownValues(saga: number | null, given: Omit<NewSaga, 'owner'>): SqlValue[] {
  const { id, birth = '', key, tags, headers, deadline, input } = given;
  return [saga, id, birth, key, JSON.stringify(tags), packHeaders(headers), deadline, input];
}

/** In a transaction of the application's: of nobody, and asleep until now, so that to claim it is no recovery. */
export const CREATE_UNOWNED = `INSERT INTO sagas (wake_at, ${SHARED}, created_at, updated_at, ${OWN}, epoch, recoveries)
  VALUES (${valuesOf(18, '?')}, 1, 0)
  ON CONFLICT (application, name, id) DO NOTHING RETURNING saga`;

export function unownedValues(saga: Omit<NewSaga, 'owner'>, now: number): SqlValue[] {
  return [now, ...sharedValues({ ...saga, owner: null }, now), now, ...ownValues(null, saga)];
}

export const APPEND_VALUES = 4;
export function insertAppends(rows: number): string {
  return `INSERT INTO saga_appends (saga, seq, written_at, records)
    VALUES ${valuesOf(rows, '(?, ?, ?, ?)')}`;
}

/** What an append makes of the row, for `updateSagas`; `undefined`: it stays as it is. */
export function changeOf(
  known: Pick<Known, 'status' | 'recoveries'>,
  { status, progress, parked }: JournalBatch,
  now: number,
): readonly SqlValue[] | undefined {
  const recoveries = progress ? 0 : known.recoveries;
  const atRest = isAtRest(status);
  if (status === known.status && recoveries === known.recoveries && !atRest) return undefined;
  const { reason = null, label = null } = parked ?? {};
  return [status, atRest ? 1 : 0, reason, label, recoveries, now];
}

/** After the six values that they share. */
export function updateSagas(rows: number): string {
  return `UPDATE sagas SET status = ?, at_rest = ?, park_reason = ?, label = ?, recoveries = ?, updated_at = ?
    WHERE saga IN (${valuesOf(rows, '?')})`;
}

export const PUT_TO_SLEEP = 'UPDATE sagas SET owner = NULL, wake_at = ? WHERE saga = ?';

export function isAtRest(status: SagaStatus): boolean {
  return status === 'completed' || status === 'compensated' || status === 'parked';
}
