import { type FindRead, type ReadUnfinished, type SagaRow } from '../../core/index.js';
import { byText } from '../../core/journal/index.js';
import { grouped } from './grouping.js';

export function isUnfinished(status: SagaRow['status']): boolean {
  return status === 'running' || status === 'compensating';
}

/** Of rows in the order of their creation: the unfinished ones, by what they need to go on. */
export function countUnfinished(
  rows: readonly SagaRow[],
  now: number,
  lives: (owner: string) => boolean,
): readonly ReadUnfinished[] {
  const unfinished = rows.filter(({ status }) => isUnfinished(status));
  const kinds = grouped(unfinished, ({ name, version, fingerprint }) => [
    name,
    version,
    fingerprint,
  ]);
  return kinds.map(({ first: { name, version, fingerprint }, group }) => {
    const asleep = group.filter(({ wakeAt }) => wakeAt !== null && wakeAt > now);
    const unowned = group.filter(({ owner, wakeAt }) =>
      owner === null ? (wakeAt ?? now) <= now : !lives(owner),
    );
    const oldestUnowned = unowned[0]?.createdAt ?? null;
    const counts = { sagas: group.length, unowned: unowned.length, asleep: asleep.length };
    return { name, version, fingerprint, ...counts, oldestUnowned };
  });
}

/** Those whose id begins so, then those whose key does. */
export function found(rows: readonly SagaRow[], { text, limit }: FindRead): readonly SagaRow[] {
  const byId = rows.filter(({ id }) => id.startsWith(text));
  byId.sort((one, other) => byText(one.id, other.id) || byText(one.name, other.name));
  const byKey = rows.filter(({ id, key }) => !id.startsWith(text) && key?.startsWith(text));
  byKey.sort((one, other) => byText(one.key ?? '', other.key ?? ''));
  return [...byId, ...byKey].slice(0, limit);
}
