import { refKey, type NewSaga } from '../../core/index.js';

/**
 * Creates that an open transaction of somebody's holds up. One at a time, so that they never need more than
 * one connection; each waits so shortly that the others come to their turn.
 */
export class HeldUpCreates {
  readonly #ids = new Map<string, number>();
  #last: Promise<unknown> = Promise.resolve();

  /** Others of its id would only hold up a group again. */
  has(saga: NewSaga): boolean {
    return this.#ids.size > 0 && this.#ids.has(refKey(saga));
  }

  async during<T>(saga: NewSaga, work: () => Promise<T>): Promise<T> {
    const key = refKey(saga);
    this.#ids.set(key, (this.#ids.get(key) ?? 0) + 1);
    try {
      return await work();
    } finally {
      const left = (this.#ids.get(key) ?? 1) - 1;
      if (left > 0) this.#ids.set(key, left);
      else this.#ids.delete(key);
    }
  }

  inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work);
    this.#last = turn.catch(() => undefined);
    return turn;
  }
}
