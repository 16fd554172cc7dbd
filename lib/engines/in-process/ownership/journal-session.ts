import { LeaseLostError, type OwnerInfo, type SagaRow } from '../../../core/index.js';
import type { Claims } from './claims.js';
import type { JournalAccess } from './journal-access.js';
import { hearCancel, type OwnedRuns } from './owned-runs.js';

/** This process as the journal knows it, from its opening until its close. */
export class JournalSession {
  /** The journal counts its users: where opening it failed, it must not be closed. */
  #isOpen = false;

  constructor(
    private readonly access: JournalAccess,
    private readonly claims: Claims,
    private readonly runs: OwnedRuns,
    private readonly info: () => OwnerInfo,
  ) {}

  get owner(): string {
    return this.access.owner;
  }

  /** @throws what the journal throws */
  async open(warn: (warning: string) => void): Promise<void> {
    await this.access.journal.open(warn);
    this.#isOpen = true;
  }

  /**
   * Says that this process is alive.
   * @returns its sagas that an operator wants to cancel, or has claimed by force
   */
  beat(leaseMs: number): Promise<readonly SagaRow[]> {
    return this.access.journal.heartbeat(this.owner, leaseMs, this.info());
  }

  /** What is done after the answer; none of it delays the next heartbeat. */
  goOn(asked: readonly SagaRow[], afterStall: boolean): void {
    for (const row of asked) {
      const run = this.runs.get(row)?.run;
      if (run === undefined) continue;
      const { cancelReason, cancelBy } = row;
      const cancel = { reason: cancelReason ?? '', ...(cancelBy !== null && { by: cancelBy }) };
      if (row.owner === this.owner) hearCancel(run, cancel);
      else run.stop(new LeaseLostError('An operator has taken it from this process'), 'now');
    }
    this.claims.settle().catch(() => undefined);
    if (afterStall) this.runs.confirmAll();
    void this.claims.sendReleases();
  }

  /** Releases everything, and closes the journal. @throws what that throws */
  async end(): Promise<void> {
    // Released one by one where possible; else the end of the heartbeat lets others claim them.
    await this.claims.sendReleases();
    await Promise.allSettled([this.access.journal.leave(this.owner)]);
    await this.close();
  }

  /** @throws what the journal throws */
  async close(): Promise<void> {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    await this.access.journal.close();
  }
}
