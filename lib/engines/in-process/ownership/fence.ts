import { LeaseLostError, type SagaRef } from '../../../core/index.js';
import { shownSaga } from '../../../core/engine/index.js';
import type { Journaling } from './journaling.js';

/**
 * How surely this process still owns one saga: without asking from its first write on, as long as its
 * lease has not ended since the journal last said so. A process that slept, or was busy, for longer
 * asks before it begins anything more; so does one that has written nothing yet, as before a probe:
 * it may have slept since its claim.
 */
export class Fence {
  /** The generation of the lease in which the journal last said so. */
  #generation: number | undefined;
  #renewing: Promise<void> | undefined;

  constructor(
    private readonly shared: Journaling,
    readonly ref: SagaRef,
    readonly epoch: number,
  ) {}

  /** What was sent in that generation was written: the saga was ours. */
  provedIn(generation: number): void {
    this.#generation = generation;
  }

  get isSure(): boolean {
    const { lease } = this.shared;
    return lease.left > 0 && lease.generation === this.#generation;
  }

  /** @throws LeaseLostError when somebody took over; SagaJournalError when nobody can tell. */
  renew(): Promise<void> {
    return (this.#renewing ??= this.shared.asks
      .run(() => this.#ask())
      .finally(() => (this.#renewing = undefined)));
  }

  async #ask(): Promise<void> {
    const { journal, lease, owner } = this.shared;
    const { name, id } = this.ref;
    do {
      await lease.ensure();
      const { generation } = lease;
      const row = await journal.get(this.ref);
      if (row?.owner !== owner || row.epoch !== this.epoch) {
        throw new LeaseLostError(
          `Saga ${shownSaga(name, id)} was taken over while this process slept`,
        );
      }
      // Not before it was answered: others ask in the meantime.
      this.#generation = generation;
      // Or it slept once more, while it asked.
    } while (!this.isSure);
  }
}
