import {
  MAX_DRY_RUN,
  type BucketCount,
  type ReadDryRun,
  type ReadOwner,
  type ReadPlan,
  type ReadUnfinished,
  type SagaChanges,
  type SagaCount,
  type SagaPayloads,
  type SagaRecords,
  type SagaRef,
  type SagaRow,
  type StoredSaga,
} from '../../core/index.js';
import { unpackAll } from './packing.js';
import type { SqlRow, SqlValue } from './rows.js';

function timeOrNull(value: SqlValue | undefined): number | null {
  return value === null || value === undefined ? null : timeOf(value);
}

/** What no `Date` can tell is as late as one can. */
function timeOf(value: SqlValue | undefined): number {
  return Math.max(0, Math.min(Number(value), 8_640_000_000_000_000));
}

export function toSagaCount(row: SqlRow): SagaCount {
  return {
    name: String(row['name']),
    status: row['status'] as SagaRow['status'],
    parkReason: (row['park_reason'] ?? null) as SagaRow['parkReason'],
    sagas: Number(row['sagas']),
  };
}

export function toBucketCount({ bucket, status, sagas }: SqlRow): BucketCount {
  return { bucket: Number(bucket), status: status as SagaRow['status'], sagas: Number(sagas) };
}

/** Of groups that each tell how many rows were found in all: one more than are counted, at most. */
export function toDryRun(rows: readonly SqlRow[]): ReadDryRun {
  const found = Number(rows[0]?.['found'] ?? 0);
  const groups = rows.map(toSagaCount).map(({ name: _, ...group }) => group);
  return { sagas: Math.min(found, MAX_DRY_RUN), isCapped: found > MAX_DRY_RUN, groups };
}

export function toUnfinished(row: SqlRow): ReadUnfinished {
  return {
    name: String(row['name']),
    version: Number(row['version']),
    fingerprint: String(row['fingerprint']),
    sagas: Number(row['sagas']),
    unowned: Number(row['unowned']),
    asleep: Number(row['asleep']),
    oldestUnowned: timeOrNull(row['oldest']),
  };
}

export function toPlan(row: SqlRow): ReadPlan {
  return {
    name: String(row['name']),
    version: Number(row['version']),
    fingerprint: String(row['fingerprint']),
    plan: String(row['plan']),
    firstSeen: timeOf(row['first_seen']),
    lastSeen: timeOf(row['last_seen']),
  };
}

/** Processes with a heartbeat, and those that own sagas; most are both. */
export function mergeOwners(
  beats: readonly SqlRow[],
  owned: readonly SqlRow[],
): readonly ReadOwner[] {
  const owners = new Map<string, ReadOwner>();
  for (const { owner, started_at, alive_until, info = null } of beats) {
    const aliveUntil = timeOrNull(alive_until);
    const said = info === null ? null : String(info);
    const beat = {
      owner: String(owner),
      startedAt: timeOrNull(started_at),
      aliveUntil,
      info: said,
    };
    owners.set(beat.owner, { ...beat, sagas: 0 });
  }
  const silent = { startedAt: null, aliveUntil: null, info: null };
  for (const row of owned) {
    const owner = String(row['owner']);
    owners.set(owner, { owner, ...silent, ...owners.get(owner), sagas: Number(row['sagas']) });
  }
  return [...owners.values()];
}

/** Of rows that name sagas, the newest change first: each saga once. */
export function toChanges(
  rows: readonly SqlRow[],
  limit: number,
  cursor: string,
  isPartial: boolean,
): SagaChanges {
  const refs = new Map<string, Required<SagaRef>>();
  for (const { application, name, id } of rows) {
    const ref = { application: String(application), name: String(name), id: String(id) };
    const key = JSON.stringify(ref);
    if (!refs.has(key)) refs.set(key, ref);
  }
  const all = [...refs.values()];
  return { refs: all.slice(0, limit), isPartial: isPartial || all.length > limit, cursor };
}

/** The records of a saga, of its appends in order. */
export function recordsOf(
  ref: Required<SagaRef>,
  appends: readonly (string | undefined)[],
): readonly SagaRecords[] {
  const { entries, ...damage } = unpackAll(appends);
  const heads = entries.map(({ seq, at, epoch, head }) => ({ seq, at, epoch, head }));
  return [{ ref, entries: heads, ...damage }];
}

export function payloadsOf(stored: StoredSaga | undefined): SagaPayloads | undefined {
  if (stored === undefined) return undefined;
  const { row, entries, damage } = stored;
  const held = entries.filter(({ result, context }) => result !== null || context !== null);
  const payloads = held.map(({ seq, result, context }) => ({ seq, result, context }));
  const kept = { input: row.input, entries: payloads };
  return damage === undefined ? kept : { ...kept, damage };
}
