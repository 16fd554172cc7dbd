import type { Journal, SagaTransactions } from '../../../core/index.js';

/** How this process uses the journal. */
export interface JournalAccess {
  readonly journal: Journal;
  /** Whose sagas these are: every ref, claim and list of the engine is inside it. */
  readonly application: string;
  /** The id of this process as an owner of sagas. */
  readonly owner: string;
  /** Those of the application, for transactional steps. */
  readonly transactions: SagaTransactions | undefined;
  /** Limits what all sagas ask or release at once, as after a stall. */
  readonly asks: AtMost;
}

/**
 * Lets so many pieces of work be under way at a time. After a stall every saga has a question for the
 * journal: if all were sent at once, the heartbeat would wait behind them and the lease would end
 * again.
 */
export class AtMost {
  // A set, because removing the first element of a long array moves all the others.
  readonly #waiting = new Set<() => void>();

  constructor(private free: number) {}

  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.free > 0) this.free -= 1;
    else await new Promise<void>((resolve) => this.#waiting.add(resolve));
    try {
      return await work();
    } finally {
      this.#next();
    }
  }

  #next(): void {
    for (const resolve of this.#waiting) {
      this.#waiting.delete(resolve);
      return resolve();
    }
    this.free += 1;
  }
}
