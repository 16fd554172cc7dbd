import { toEvent } from '../events/index.js';
import {
  codecOf,
  damageOf,
  decodeHead,
  jsonCodec,
  type PayloadCodec,
  type SagaPage,
  type SagaRow,
  type StoredSaga,
} from '../journal/index.js';
import { evolve, SagaState } from '../machine/index.js';
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
    parkReason: row.parkReason ?? undefined,
    label: row.label ?? undefined,
    createdAt: new Date(row.createdAt),
    updatedAt: new Date(row.updatedAt),
    ...(row.wakeAt === null ? {} : { wakeAt: new Date(row.wakeAt) }),
    ...(row.damage === undefined ? {} : { damage: row.damage }),
  };
}

/** A page of a journal, as engines give it. */
export function summariesOf({ rows, ...rest }: SagaPage): SagaSummaryPage {
  return { sagas: rows.map(summaryOf), ...rest };
}

/** A saga with its timeline; records that cannot be read are left out. */
export function detailsOf(stored: StoredSaga, codec: PayloadCodec = jsonCodec): SagaDetails {
  const { row, entries } = stored;
  const own = codecOf(codec, row);
  const state = new SagaState();
  const timeline = entries.flatMap(({ head, at }) => {
    try {
      const record = decodeHead(head, own);
      evolve(state, record);
      return [toEvent(row.name, row.id, at, record)];
    } catch {
      return [];
    }
  });
  const damage = damageOf(stored);
  const { reason: parkReason, label } = state.parked ?? {};
  const details = { ...summaryOf(row), parkReason, label, timeline };
  return damage === undefined ? details : { ...details, damage };
}
