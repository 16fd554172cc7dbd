import { fullMessageOf, report } from '../../../core/engine/index.js';
import type { EngineParts } from '../engine-parts.js';

/**
 * How long sagas at rest are kept, in ms since their last record; those not named stay for ever. It goes for
 * every saga of the application: also for those of other services that share its journal without one.
 */
export interface RetentionOptions {
  readonly completed?: number;
  readonly compensated?: number;
  readonly parked?: number;
}

const EVERY_MS = 60_000;
const BATCH = 500;

/** Deletes old sagas in batches, in the background. */
export class Retention {
  #stopped = false;
  #unschedule: (() => void) | undefined;

  constructor(
    private readonly parts: EngineParts,
    private readonly keep: RetentionOptions,
  ) {}

  start(): void {
    const { clock } = this.parts.environment;
    if (this.#stopped || Object.keys(this.keep).length === 0) return;
    this.#unschedule = clock.schedule(EVERY_MS, () => void this.#sweep(), true);
  }

  stop(): void {
    this.#stopped = true;
    this.#unschedule?.();
  }

  async #sweep(): Promise<void> {
    const { journaling, logger } = this.parts;
    const { journal, application } = journaling;
    try {
      for (const status of ['completed', 'compensated', 'parked'] as const) {
        const olderThanMs = this.keep[status];
        if (olderThanMs === undefined) continue;
        let gone = BATCH;
        while (gone === BATCH && !this.#stopped) {
          gone = await journal.forget({ application, status, olderThanMs, limit: BATCH });
        }
      }
    } catch (error) {
      report(logger, 'error', 'Deleting old sagas failed; it is tried again', {
        error: fullMessageOf(error),
      });
    }
    this.start();
  }
}
