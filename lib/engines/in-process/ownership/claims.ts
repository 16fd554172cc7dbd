import {
  type ClaimRequest,
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

/** A saga that this process owns in the journal and does not work on any more. */
export type ReleasedSaga = Omit<ReleaseRequest, 'owner'>;

/**
 * Takes over sagas that nobody works on, and gives back what this process does not work on: as long as
 * it lives, nobody else could claim that. A claim whose answer was lost may have taken place: what it
 * took over is found and given back, or it would belong for ever to a process that does not know.
 */
export class Claims {
  #unsure = false;
  /** By what was owned: one that cannot be given back may be left again. */
  readonly #left = new Map<string, ReleasedSaga>();
  readonly #leaving = new Set<Promise<void>>();

  constructor(
    private readonly access: JournalAccess,
    private readonly lease: Lease,
    private readonly runs: OwnedRuns,
  ) {}

  /** Whose they are from then on. */
  get owner(): string {
    return this.access.owner;
  }

  /** Who is not known to live must not own anything more. @throws what the journal throws */
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

  /** `force`: also from an owner that lives. @throws what the journal throws */
  async claimOne({ name, id }: SagaRef, force = false): Promise<SagaRow | undefined> {
    const [row] = await this.claim({ names: [name], limit: 1, id, ...(force && { force }) });
    return row;
  }

  /** Leaves what this process owns and does not work on. @throws what the journal throws */
  async settle(): Promise<void> {
    if (!this.#unsure) return;
    // A claim that fails during the search asks for another one.
    this.#unsure = false;
    try {
      await this.#leaveUnknown();
    } catch (error) {
      this.#unsure = true;
      throw error;
    }
  }

  /** This process does not work on it any more, though its journal says so until it is given back. */
  release(saga: ReleasedSaga): void {
    this.#left.set(`${saga.epoch} ${refKey(saga.ref)}`, saga);
  }

  /** What was claimed and not worked on: giving it back takes that claim out of its count, too. */
  releaseUnstarted(row: SagaRow): void {
    this.release({ ref: row, epoch: row.epoch, graceful: true });
  }

  /**
   * Gives back what was left before its end. What cannot be given back now is kept for the next time,
   * and so is what is worked on again: it may be another life of that id, which no epoch tells apart.
   * Resolves when all of it, also of earlier calls, has been tried once. Never throws.
   */
  async sendReleases(): Promise<void> {
    for (const [key, saga] of this.#left) {
      if (this.runs.get(saga.ref) !== undefined) continue;
      // What is on its way is not sent again by the next call.
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

  /** One that is just being taken up may be given back, too: its epoch fences it, and it goes on. */
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
