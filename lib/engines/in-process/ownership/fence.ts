import { LeaseLostError, type SagaRef } from '../../../core/index.js';
import { shownSaga } from '../../../core/engine/index.js';
import type { JournalAccess } from './journal-access.js';
import type { Lease } from './lease.js';

/**
 * Whether this process is sure to own one saga. From its first write on it is, without asking, as long
 * as its lease has not ended since the journal last confirmed it. After a longer stall the journal is
 * asked before anything begins; so it is where nothing was written yet, as before a probe: there may
 * have been a stall since the claim.
 */
export class Fence {
  /** The lease generation in which the journal last confirmed it. */
  #generation: number | undefined;
  #renewing: Promise<void> | undefined;

  constructor(
    readonly access: JournalAccess,
    private readonly lease: Lease,
    readonly ref: SagaRef,
    readonly epoch: number,
  ) {}

  /** The generation in which a write that is sent now is sent. */
  get leaseGeneration(): number {
    return this.lease.generation;
  }

  /** A write of that generation was accepted: the saga was ours. */
  provedIn(generation: number): void {
    this.#generation = generation;
  }

  get isSure(): boolean {
    return this.lease.left > 0 && this.lease.generation === this.#generation;
  }

  /**
   * @throws LeaseLostError when somebody took over; SagaJournalError when the journal does not answer.
   */
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
      // Only once it was answered: others may ask in the meantime.
      this.#generation = generation;
      // There may have been another stall during the question.
    } while (!this.isSure);
  }
}
