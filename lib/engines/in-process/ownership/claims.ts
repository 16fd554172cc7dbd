import type { ClaimRequest, SagaRow } from '../../../core/index.js';
import type { Journaling } from './journaling.js';
import type { ActiveRuns } from '../runs/active-runs.js';

/** At most so many pages are looked at after a claim whose answer was lost. */
const MAX_PAGES = 100;

/**
 * Takes over sagas that nobody works on. A claim whose answer was lost may have taken place: what it
 * took over is found and given back, or it would belong for ever to a process that does not know.
 */
export class Claims {
  #unsure = false;

  constructor(
    private readonly journaling: Journaling,
    private readonly live: ActiveRuns,
  ) {}

  async claim(request: Omit<ClaimRequest, 'owner' | 'application'>): Promise<readonly SagaRow[]> {
    const { journal, application, owner } = this.journaling;
    try {
      return await journal.claim({ ...request, owner, application });
    } catch (error) {
      this.#unsure = true;
      throw error;
    }
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

  /** One that is just being taken up may be given back, too: its epoch fences it, and it goes on. */
  async #leaveUnknown(): Promise<void> {
    const { journal, application, owner } = this.journaling;
    let cursor: string | undefined;
    for (let page = 0; page < MAX_PAGES; page += 1) {
      const { rows, nextCursor } = await journal.list({
        application,
        status: ['running', 'compensating'],
        limit: 1_000,
        ...(cursor === undefined ? {} : { cursor }),
      });
      for (const row of rows) {
        if (row.owner !== owner || this.live.get(row) !== undefined) continue;
        this.live.releaseUnstarted(row, row.epoch);
      }
      if (nextCursor === undefined) return;
      cursor = nextCursor;
    }
  }
}
