import { SagaJournalError } from '../errors/index.js';
import type { Clock } from '../ports/index.js';

/** For how long this process may own sagas, by its own monotonic clock. */
export class Lease {
  #renewedAt = -Infinity;
  #term = 0;

  constructor(
    private readonly clock: Clock,
    readonly ms: number,
    private readonly renew: () => Promise<void>,
  ) {}

  /** Raised whenever it was renewed too late: others may have taken sagas over in between. */
  get term(): number {
    return this.#term;
  }

  /** In ms. */
  get left(): number {
    return this.#renewedAt + this.ms - this.clock.monotonic();
  }

  /**
   * `sentAt`: when the heartbeat was sent, so that the journal's lease never ends before this one. Of two
   * under way, the answer to the older one may come last.
   */
  renewed(sentAt: number): void {
    if (this.left <= 0) this.#term += 1;
    this.#renewedAt = Math.max(this.#renewedAt, sentAt);
  }

  /**
   * Renews a lease that has ended: without one, others could claim at once what this process begins.
   *
   * @throws SagaJournalError
   */
  async ensure(): Promise<void> {
    if (this.left > 0) return;
    try {
      await this.renew();
    } catch (error) {
      throw new SagaJournalError('The heartbeat of this process failed', { cause: error });
    }
  }
}
