import type { BulkRefusal } from '../ui/wire.js';

/** How many sagas of a group are named. */
const NAMED = 3;
/** What errors say may be different each time: nobody reads more groups than that. */
const MAX_GROUPS = 30;
const OTHERS = 'for other reasons';

/** Sagas that something was not done to, by why. */
export class Reasons<More extends object = object> {
  readonly #groups = new Map<string, BulkRefusal & More>();

  add(why: string, { name, id }: BulkRefusal['first'][number], more: More): void {
    const key = JSON.stringify([why, more]);
    const isFull = this.#groups.size >= MAX_GROUPS && !this.#groups.has(key);
    if (isFull && why !== OTHERS) return this.add(OTHERS, { name, id }, more);
    const { sagas, first } = this.#groups.get(key) ?? { sagas: 0, first: [] };
    const named = first.length < NAMED ? [...first, { name, id }] : first;
    this.#groups.set(key, { ...more, why, sagas: sagas + 1, first: named });
  }

  /** The largest first. */
  get all(): readonly (BulkRefusal & More)[] {
    return [...this.#groups.values()].sort((one, other) => other.sagas - one.sagas);
  }
}
