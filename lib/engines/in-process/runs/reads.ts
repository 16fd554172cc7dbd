import type { SagaDetails, SagaFilter, SagaRef, SagaSummaryPage } from '../../../core/index.js';
import { checkFilter, detailsOf, summaryOf } from '../../../core/engine/index.js';
import type { Journaling } from '../ownership/journaling.js';

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
