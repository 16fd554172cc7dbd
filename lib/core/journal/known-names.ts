import type { JournalOwner } from './insight-answers.js';

/** The names of sagas that living processes know; `undefined`: one that says nothing of itself may know any. */
export function knownNames(owners: readonly JournalOwner[]): ReadonlySet<string> | undefined {
  const alive = owners.filter(({ isAlive }) => isAlive);
  if (alive.some(({ info }) => info === undefined)) return undefined;
  return new Set(alive.flatMap(({ info }) => info?.sagas.map(({ name }) => name) ?? []));
}
