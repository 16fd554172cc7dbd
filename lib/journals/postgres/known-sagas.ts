import { refKey, type SagaRef } from '../../core/index.js';

const MAX_KNOWN = 50_000;

/**
 * The integer keys of active sagas, so that appends need no look-up by text. A key is never given to
 * another saga, so that an outdated one only finds nothing; it holds for one connection, since a server
 * that was restored from a backup hands out its keys again.
 */
export class KnownSagas {
  readonly #keys = new Map<string, string>();

  get(ref: SagaRef): string | undefined {
    return this.#keys.get(refKey(ref));
  }

  set(ref: SagaRef, saga: string): void {
    if (this.#keys.size >= MAX_KNOWN) this.#keys.clear();
    this.#keys.set(refKey(ref), saga);
  }

  delete(ref: SagaRef): void {
    this.#keys.delete(refKey(ref));
  }

  clear(): void {
    this.#keys.clear();
  }
}
