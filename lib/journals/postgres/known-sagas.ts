import { refKey, type SagaRef } from '../../core/index.js';

const MAX_KNOWN = 50_000;

export interface KnownSaga {
  /** Its integer key. */
  readonly saga: string;
  /** What this process wrote last, if it did: the server's row decides. */
  status: string | undefined;
}

/**
 * The integer keys of active sagas, so that appends need no look-up by text. A key is never given to
 * another saga, so that an outdated one only finds nothing; it holds for one connection, since a server
 * that was restored from a backup hands out its keys again.
 */
export class KnownSagas {
  readonly #keys = new Map<string, KnownSaga>();

  get(ref: SagaRef): KnownSaga | undefined {
    return this.#keys.get(refKey(ref));
  }

  set(ref: SagaRef, saga: string, status?: string): KnownSaga {
    if (this.#keys.size >= MAX_KNOWN) this.#keys.clear();
    const known = { saga, status };
    this.#keys.set(refKey(ref), known);
    return known;
  }

  delete(ref: SagaRef): void {
    this.#keys.delete(refKey(ref));
  }

  clear(): void {
    this.#keys.clear();
  }
}
