import {
  type Clock,
  isSagaError,
  type JournalInTransaction,
  SagaInterruptedError,
  SagaNotFoundError,
  type SagaRef,
} from '../../../core/index.js';
import type { Claims } from '../ownership/index.js';
import type { ActiveRuns } from './active-runs.js';
import { isLive, type SagaReader } from './saga-reader.js';
import { shownRef } from './shown.js';
import { begin, isOnlyAccepted } from './accepted.js';

/** How long a transaction is watched, in ms; what it commits later the recovery worker finds. */
const PATIENCE_MS = 60_000;
const LONGEST_PAUSE_MS = 1_000;

/**
 * Sagas that were started in open transactions, until these are over. Each look comes an eighth later than
 * the one before, so that a saga begins at most so much later than its commit, and a transaction that stays
 * open costs a few looks. Nothing is asked of the saga before its transaction is over.
 */
export class AfterCommit {
  #closing = false;

  constructor(
    private readonly claims: Claims,
    private readonly reader: SagaReader,
    private readonly live: ActiveRuns,
    private readonly clock: Clock,
  ) {}

  stop(): void {
    this.#closing = true;
  }

  /**
   * Resolves when the transaction is over, and somebody works on the saga.
   *
   * @throws SagaNotFoundError after a rollback; SagaInterruptedError when nobody here watches it any more.
   */
  async begun(ref: SagaRef, tx: JournalInTransaction): Promise<void> {
    await this.over(ref, tx);
    await this.#takeUp(ref);
  }

  /** Resolves when the transaction is over. @throws SagaInterruptedError as {@link begun} does */
  async over(ref: SagaRef, tx: JournalInTransaction): Promise<void> {
    const { clock } = this;
    const since = clock.monotonic();
    let open = true;
    while (open) {
      const waited = clock.monotonic() - since;
      this.#checkWatched(ref, waited);
      const pause = Math.min(Math.max(waited / 8, 1), LONGEST_PAUSE_MS);
      await new Promise<void>((resolve) => clock.schedule(pause, resolve));
      // A journal that does not answer says nothing about the transaction.
      open = await tx.isOpen().catch(() => true);
    }
  }

  #checkWatched({ name, id }: SagaRef, waited: number): void {
    const why = this.#closing
      ? 'shutting down'
      : `the transaction that it was started in is open for ${PATIENCE_MS} ms; it begins after the commit. Do not await result() before that`;
    if (this.#closing || waited > PATIENCE_MS) throw new SagaInterruptedError(name, id, why);
  }

  async #takeUp(ref: SagaRef): Promise<void> {
    const row = await this.reader.findRow(ref);
    if (row === undefined) {
      throw new SagaNotFoundError(
        `Saga ${shownRef(ref)} was not started: its transaction was rolled back`,
      );
    }
    if (!isLive(row) || row.owner !== null || this.#closing) return;
    const claimed = await this.claims.claimOne(ref);
    if (claimed === undefined) return;
    try {
      const stored = await this.reader.claimed(claimed);
      if (!isLive(claimed) || !isOnlyAccepted(stored)) return this.claims.releaseUnstarted(claimed);
      const run = this.reader.load(stored);
      begin(run, claimed);
      this.live.launch(run, claimed.input, claimed.deadline);
    } catch (error) {
      // Whose records cannot be read a recovery parks; whom others have claimed since is theirs.
      if (!isSagaError(error, 'SAGA_LEASE_LOST')) this.claims.releaseUnstarted(claimed);
    }
  }
}
