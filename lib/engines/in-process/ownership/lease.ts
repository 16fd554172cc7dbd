import { type Clock, SagaJournalError } from '../../../core/index.js';

/** So many heartbeats in a row that are answered after the end of their lease: it is too short. */
const MAX_BEATS = 10;

/**
 * For how long this process may own sagas, by its own monotonic clock, as is everything that is counted
 * in leases.
 */
export class Lease {
  #renewedAt = -Infinity;
  #generation = 0;
  #renewing: Promise<void> | undefined;

  constructor(
    readonly clock: Clock,
    readonly ms: number,
    private readonly beat: () => Promise<void>,
  ) {}

  /** Raised whenever it was renewed too late: others may have taken sagas over in between. */
  get generation(): number {
    return this.#generation;
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
    if (this.left <= 0) this.#generation += 1;
    this.#renewedAt = Math.max(this.#renewedAt, sentAt);
  }

  /** One heartbeat is under way at a time, however many ask for it. @throws what the journal throws */
  renew(): Promise<void> {
    return (this.#renewing ??= this.beat().finally(() => (this.#renewing = undefined)));
  }

  /**
   * Renews a lease that has ended, before anything begins: others could claim it at once.
   *
   * @throws SagaJournalError
   */
  async ensure(): Promise<void> {
    if (this.left > 0) return;
    // A heartbeat may have been sent before a stall that nobody has noticed yet.
    for (let beats = 0; beats < MAX_BEATS; beats += 1) {
      await this.renew().catch((cause: unknown) => {
        throw new SagaJournalError('The heartbeat of this process failed', { cause });
      });
      if (this.left > 0) return;
    }
    throw new SagaJournalError(
      `The heartbeat of this process took longer than its lease of ${this.ms} ms (leaseMs)`,
    );
  }
}
