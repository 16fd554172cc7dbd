import { toEvent } from '../events/index.js';
import {
  checkFilter,
  damageOf,
  decodeHead,
  type SagaFilter,
  type SagaRef,
  type SagaRow,
  type StoredSaga,
} from '../journal/index.js';
import { evolve, SagaState } from '../machine/index.js';
import type { Journaling } from './journaling.js';
import type { SagaDetails, SagaSummary, SagaSummaryPage } from './saga-engine.js';

export function summaryOf(row: SagaRow): SagaSummary {
  return {
    application: row.application,
    id: row.id,
    name: row.name,
    version: row.version,
    status: row.status,
    key: row.key ?? undefined,
    tags: row.tags,
    recoveries: row.recoveries,
    createdAt: new Date(row.createdAt),
    updatedAt: new Date(row.updatedAt),
    ...(row.damage === undefined ? {} : { damage: row.damage }),
  };
}

/** A saga with its timeline; records that cannot be read, of a saga parked for it, are left out. */
export function detailsOf(stored: StoredSaga): SagaDetails {
  const { row, entries } = stored;
  const state = new SagaState();
  const timeline = entries.flatMap(({ head, at }) => {
    try {
      const record = decodeHead(head);
      evolve(state, record);
      return [toEvent(row.name, row.id, at, record)];
    } catch {
      return [];
    }
  });
  const damage = damageOf(stored);
  const details = { ...summaryOf(row), parkReason: state.parked?.reason, timeline };
  return damage === undefined ? details : { ...details, damage };
}

export async function lookedUp(
  { journal }: Journaling,
  ref: SagaRef,
): Promise<SagaDetails | undefined> {
  const stored = await journal.load(ref);
  return stored && detailsOf(stored);
}

/** A page of the sagas of one application: the engine's own, unless another one is asked for. */
export async function listed(
  { journal, application }: Journaling,
  filter: SagaFilter,
): Promise<SagaSummaryPage> {
  checkFilter(filter);
  const asked = { ...filter, application: filter.application ?? application };
  const { rows, nextCursor } = await journal.list(asked);
  const sagas = rows.map(summaryOf);
  return nextCursor === undefined ? { sagas } : { sagas, nextCursor };
}
