import type { NewSaga, SagaStatus } from '../../core/index.js';
import { packHeaders, type SqlValue } from '../sql/index.js';
import { valuesOf } from './bulk-statement.js';
import { together } from './columns.js';
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

export function sharedValues(saga: NewSaga, now: number): SqlValue[] {
  const { application = '', name, version, fingerprint, status, owner } = saga;
  return [application, name, version, fingerprint, status, isAtRest(status) ? 1 : 0, owner, now];
}

export function ownValues(saga: number, given: NewSaga): SqlValue[] {
  const { id, birth = '', key, tags, headers, deadline, input } = given;
  return [saga, id, birth, key, JSON.stringify(tags), packHeaders(headers), deadline, input];
}

/** In a transaction of the application's: of nobody, and asleep until now, so that to claim it is no recovery. */
export const CREATE_UNOWNED = `INSERT INTO sagas (wake_at, saga, application, name, id, birth, version, fingerprint,
    status, at_rest, key, tags, headers, deadline, input, owner, created_at, updated_at, epoch, recoveries)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, 0)
  ON CONFLICT (application, name, id) DO NOTHING RETURNING saga`;

export function unownedValues(saga: Omit<NewSaga, 'owner'>, now: number): SqlValue[] {
  const { application = '', name, id, birth = '', version, fingerprint, status } = saga;
  const { key, tags, headers, deadline, input } = saga;
  const atRest = isAtRest(status) ? 1 : 0;
  const begun = [now, null, application, name, id, birth, version, fingerprint, status, atRest];
  const found = [key, JSON.stringify(tags), packHeaders(headers), deadline];
  return [...begun, ...found, input, null, now, now];
}

export const APPEND_VALUES = 4;
export function insertAppends(rows: number): string {
  return `INSERT INTO saga_appends (saga, seq, written_at, records)
    VALUES ${valuesOf(rows, '(?, ?, ?, ?)')}`;
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
