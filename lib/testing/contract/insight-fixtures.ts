import { strict as assert } from 'node:assert';
import type {
  DefinitionJson,
  Journal,
  JournalBatch,
  JournalInsight,
  NewSaga,
  OwnerInfo,
  SagaRow,
} from '../../core/index.js';
import { batchOf, created } from './fixtures.js';
import { contractCase, type JournalContractCase, type Store } from './harness.js';

/** Of a journal that has one; it is optional, and so are its rules. */
export function insightCase(
  name: string,
  prove: (insight: JournalInsight, journal: Journal, store: Store) => Promise<void>,
): JournalContractCase {
  return contractCase(`insight: ${name}`, async (store) => {
    const journal = await store.open();
    if (journal.insight !== undefined) await prove(journal.insight, journal, store);
  });
}

/** A saga of that status. */
export async function settled(
  journal: Journal,
  status: SagaRow['status'],
  over: Partial<NewSaga> = {},
  parked?: JournalBatch['parked'],
): Promise<NewSaga> {
  const saga = await created(journal, over);
  if (status === 'running') return saga;
  const more = parked === undefined ? { status } : { status, parked };
  await journal.append(batchOf(saga, [2], more));
  return saga;
}

/** In an order of their own: where an answer has none. */
export function sorted<T>(items: readonly T[]): readonly T[] {
  return items.toSorted((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1));
}

export function sameItems<T>(received: readonly T[], expected: readonly T[], why?: string): void {
  assert.deepEqual(sorted(received), sorted(expected), why);
}

export function idsIn(rows: readonly { readonly id: string }[]): readonly string[] {
  return rows.map(({ id }) => id);
}

/** A time before everything, and one after it. */
export const LONG_AGO = new Date(0);

export async function inAnHour(insight: JournalInsight): Promise<Date> {
  return new Date((await insight.now()).getTime() + 3_600_000);
}

export function infoOf(over: Partial<OwnerInfo> = {}): OwnerInfo {
  return {
    application: '',
    host: 'shop-1',
    pid: 7,
    node: 'v20.20.2',
    packageVersion: '1.0.0',
    sagas: [{ name: 'TransferMoney', version: 1, fingerprint: 'f1' }],
    worker: true,
    draining: false,
    ...over,
  };
}

export function planOf(over: Partial<DefinitionJson> = {}): DefinitionJson {
  const step = { label: 'Charge', compensate: true, pivot: false, compensateOn: 'done' } as const;
  return {
    name: 'TransferMoney',
    version: 1,
    fingerprint: 'f1',
    onCompensationFailure: 'continue',
    stages: [{ steps: [{ ...step, idempotent: false, probe: false }] }],
    retired: [],
    ...over,
  };
}
