import type { Clock, SagaLogger, SagaRef } from '../../../core/index.js';
import { fullMessageOf, refuseToForget, report } from '../../../core/engine/index.js';
import type { JournalAccess } from '../ownership/index.js';
import type { SagaReader } from '../runs/index.js';

/**
 * How long sagas at rest are kept, in ms since their last record; those of a status that is not named
 * stay for ever. It holds for every saga of the application; where none is given, also for those of
 * other services that share the journal.
 */
export interface RetentionOptions {
  readonly completed?: number;
  readonly compensated?: number;
  readonly parked?: number;
}

const EVERY_MS = 60_000;
const BATCH = 500;

/** @throws SagaNotFoundError, or SagaStateError for a saga that is not at rest. */
export async function forget(
  { journal }: JournalAccess,
  reader: SagaReader,
  ref: SagaRef,
): Promise<void> {
  const { status } = await reader.row(ref);
  const gone = await journal.forget({ ref });
  if (gone === 0) refuseToForget(ref, status);
}

/** Deletes old sagas in batches, in the background. */
export class Retention {
  #stopped = false;
  #unschedule: (() => void) | undefined;

  constructor(
    private readonly access: JournalAccess,
    private readonly keep: RetentionOptions,
    private readonly clock: Clock,
    private readonly logger: SagaLogger,
  ) {}

  start(): void {
    if (this.#stopped || Object.keys(this.keep).length === 0) return;
    this.#unschedule = this.clock.schedule(EVERY_MS, () => void this.#sweep(), true);
  }

  stop(): void {
    this.#stopped = true;
    this.#unschedule?.();
  }

  async #sweep(): Promise<void> {
    const { journal, application } = this.access;
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
      report(this.logger, 'error', 'Deleting old sagas failed; it is tried again', {
        error: fullMessageOf(error),
      });
    }
    this.start();
  }
}
