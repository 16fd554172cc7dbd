import type { AbandonedRequest, AbandonedSagas, SagaRow } from '../../core/index.js';

const MAX_GROUPS = 100;

/** Counts the given sagas, which nobody owns, as far as the request means them. */
export function countAbandoned(
  gone: readonly { readonly row: SagaRow }[],
  { application = '', except }: AbandonedRequest,
): readonly AbandonedSagas[] {
  const groups = new Map<string, AbandonedSagas>();
  for (const { row } of gone) {
    const { name, version } = row;
    if (row.application !== application || except.includes(name)) continue;
    const key = JSON.stringify([name, version]);
    groups.set(key, { name, version, sagas: (groups.get(key)?.sagas ?? 0) + 1 });
  }
  return [...groups.values()].sort((a, b) => b.sagas - a.sagas).slice(0, MAX_GROUPS);
}
