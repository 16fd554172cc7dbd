import type { Clock, SagaLogger, SagaRef } from '../../../core/index.js';
import { fullMessageOf, refuseToForget, report } from '../../../core/engine/index.js';
import type { JournalAccess } from '../ownership/index.js';
import type { SagaReader } from '../runs/index.js';
import type { AuditedAct } from './audit.js';

/**
 * How long sagas at rest are kept, in ms since their last record; those of a status that is not named
 * stay for ever. It holds for every saga of the application; where none is given, also for those of
 * other services that share the journal.
 */
export interface RetentionOptions {
  readonly completed?: number;
  readonly compensated?: number;
  readonly parked?: number;
  /** What operators did, and requests that ended. @default 31_536_000_000, a year */
  readonly audit?: number;
}

const EVERY_MS = 60_000;
/** The audit is small, and kept long: every so many sweeps are enough. */
const SWEEPS_PER_AUDIT = 60;
const BATCH = 500;

/** @throws SagaNotFoundError, or SagaStateError for a saga that is not at rest. */
export async function forget(
  { journal }: JournalAccess,
  reader: SagaReader,
  ref: SagaRef,
  audited?: AuditedAct,
): Promise<void> {
  const { status } = await reader.row(ref);
  const audit = audited === undefined ? {} : { audit: audited.entry };
  const gone = await journal.forget({ ref, ...audit });
  if (gone === 0) refuseToForget(ref, status);
}

/** Deletes old sagas in batches, in the background. */
export class Retention {
  #stopped = false;
  #unschedule: (() => void) | undefined;
  #sweeps = 0;

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

  async #forgetActs(): Promise<void> {
    const { journal, application } = this.access;
    const olderThanMs = this.keep.audit;
    this.#sweeps += 1;
    if (olderThanMs === undefined || this.#sweeps % SWEEPS_PER_AUDIT !== 1) return;
    await this.#inBatches(() =>
      journal.operators.forget({ application, olderThanMs, limit: BATCH }),
    );
  }

  async #inBatches(forget: () => Promise<number>): Promise<void> {
    let gone = BATCH;
    while (gone >= BATCH && !this.#stopped) gone = await forget();
  }

  async #sweep(): Promise<void> {
    const { journal, application } = this.access;
    try {
      for (const status of ['completed', 'compensated', 'parked'] as const) {
        const olderThanMs = this.keep[status];
        if (olderThanMs === undefined) continue;
        await this.#inBatches(() =>
          journal.forget({ application, status, olderThanMs, limit: BATCH }),
        );
      }
      await this.#forgetActs();
    } catch (error) {
      report(this.logger, 'error', 'Deleting old sagas failed; it is tried again', {
        error: fullMessageOf(error),
      });
    }
    this.start();
  }
}
