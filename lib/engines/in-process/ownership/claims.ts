import {
  type ClaimRequest,
  type OperatorJournal,
  refKey,
  type ReleaseRequest,
  type SagaRef,
  type SagaRow,
} from '../../../core/index.js';
import type { JournalAccess } from './journal-access.js';
import type { Lease } from './lease.js';
import type { OwnedRuns } from './owned-runs.js';

/** At most so many pages are looked at after a claim whose answer was lost. */
const MAX_PAGES = 100;

/** A saga that this process owns in the journal, and on which it works no more. */
export type ReleasedSaga = Omit<ReleaseRequest, 'owner'>;

/**
 * Claims sagas that nobody owns, and releases those on which this process works no more: nobody else
 * could claim them while it is alive. A claim whose answer was lost may have taken place: what it
 * claimed is found and released, since it would else belong to this process for ever without its
 * knowing.
 */
export class Claims {
  #unsure = false;
  /** By what was owned: a saga that could not be released may be owned and left once more. */
  readonly #left = new Map<string, ReleasedSaga>();
  readonly #leaving = new Set<Promise<void>>();

  constructor(
    private readonly access: JournalAccess,
    private readonly lease: Lease,
    private readonly runs: OwnedRuns,
  ) {}

  /** What operators did and asked for, in the same journal. */
  get operators(): OperatorJournal {
    return this.access.journal.operators;
  }

  /** Who owns what is claimed. */
  get owner(): string {
    return this.access.owner;
  }

  /**
   * A process that is not known to be alive must not claim anything more.
   * @throws what the journal throws
   */
  async claim(request: Omit<ClaimRequest, 'owner' | 'application'>): Promise<readonly SagaRow[]> {
    const { journal, application, owner } = this.access;
    await this.lease.ensure();
    try {
      return await journal.claim({ ...request, owner, application });
    } catch (error) {
      this.#unsure = true;
      throw error;
    }
  }

  /** `force`: also from an owner that is alive. @throws what the journal throws */
  async claimOne({ name, id }: SagaRef, force = false): Promise<SagaRow | undefined> {
    const [row] = await this.claim({ names: [name], limit: 1, id, ...(force && { force }) });
    return row;
  }

  /** Marks as left whatever this process owns and does not work on. @throws what the journal throws */
  async settle(): Promise<void> {
    if (!this.#unsure) return;
    // A claim that fails during the search makes another search necessary.
    this.#unsure = false;
    try {
      await this.#leaveUnknown();
    } catch (error) {
      this.#unsure = true;
      throw error;
    }
  }

  /** This process works on it no more, though the journal names it as the owner until the release. */
  release(saga: ReleasedSaga): void {
    this.#left.set(`${saga.epoch} ${refKey(saga.ref)}`, saga);
  }

  /** For what was claimed and not worked on: its release does not count that claim as a recovery. */
  releaseUnstarted(row: SagaRow): void {
    this.release({ ref: row, epoch: row.epoch, graceful: true });
  }

  /**
   * Releases what was left before its end. What cannot be released now is kept for the next time, and
   * so is a saga that is active again: it may be another life of that id, which no epoch tells apart.
   * Resolves when all of it, also of earlier calls, was tried once. Never throws.
   */
  async sendReleases(): Promise<void> {
    for (const [key, saga] of this.#left) {
      if (this.runs.get(saga.ref) !== undefined) continue;
      // Taken out first, so that the next call does not send it again.
      this.#left.delete(key);
      const leaving: Promise<void> = this.#send(key, saga).finally(() =>
        this.#leaving.delete(leaving),
      );
      this.#leaving.add(leaving);
    }
    await Promise.all(this.#leaving);
  }

  async #send(key: string, saga: ReleasedSaga): Promise<void> {
    const { asks, journal, owner } = this.access;
    const send = async (): Promise<boolean> => {
      if (this.runs.get(saga.ref) !== undefined) return false;
      await journal.release({ ...saga, owner });
      return true;
    };
    const isGiven = await asks.run(send).catch(() => false);
    if (!isGiven) this.#left.set(key, saga);
  }

  /**
   * It may release a saga that is just about to be driven, too: its epoch then fences that run, and it
   * goes on elsewhere.
   */
  async #leaveUnknown(): Promise<void> {
    const { journal, application, owner } = this.access;
    let cursor: string | undefined;
    for (let page = 0; page < MAX_PAGES; page += 1) {
      const { rows, nextCursor } = await journal.list({
        application,
        status: ['running', 'compensating'],
        limit: 1_000,
        ...(cursor === undefined ? {} : { cursor }),
      });
      for (const row of rows) {
        if (row.owner !== owner || this.runs.get(row) !== undefined) continue;
        this.releaseUnstarted(row);
      }
      if (nextCursor === undefined) return;
      cursor = nextCursor;
    }
  }
}
