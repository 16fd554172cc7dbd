import { LeaseLostError, type SagaRef } from '../../../core/index.js';
import { shownSaga } from '../../../core/engine/index.js';
import type { JournalAccess } from './journal-access.js';
import type { Lease } from './lease.js';

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
    readonly access: JournalAccess,
    private readonly lease: Lease,
    readonly ref: SagaRef,
    readonly epoch: number,
  ) {}

  /** The one in which what is sent now is sent. */
  get leaseGeneration(): number {
    return this.lease.generation;
  }

  /** What was sent in that generation was written: the saga was ours. */
  provedIn(generation: number): void {
    this.#generation = generation;
  }

  get isSure(): boolean {
    return this.lease.left > 0 && this.lease.generation === this.#generation;
  }

  /** @throws LeaseLostError when somebody took over; SagaJournalError when nobody can tell. */
  renew(): Promise<void> {
    return (this.#renewing ??= this.access.asks
      .run(() => this.#ask())
      .finally(() => (this.#renewing = undefined)));
  }

  async #ask(): Promise<void> {
    const { journal, owner } = this.access;
    const { name, id } = this.ref;
    do {
      await this.lease.ensure();
      const { generation } = this.lease;
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
