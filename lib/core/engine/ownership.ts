import { LeaseLostError, SagaJournalError } from '../errors/index.js';
import { refusalToCancel } from '../machine/index.js';
import { messageOf, report } from '../ports/index.js';
import type { EngineParts } from './engine-parts.js';

/**
 * Keeps this process's heartbeat in the journal going, and stops its work by its own clock when it
 * could not renew it: by then another process may have taken its sagas over.
 */
export class Ownership {
  #renewedAt = 0;
  #unschedule: (() => void) | undefined;
  #stopped = false;

  constructor(
    private readonly parts: EngineParts,
    private readonly leaseMs: number,
  ) {}

  /** Beats once, then every third of the lease. @throws what the journal throws at the first beat */
  async start(): Promise<void> {
    await this.#beat();
    this.#arm();
  }

  stop(): void {
    this.#stopped = true;
    this.#unschedule?.();
  }

  /**
   * Renews a lease that has ended: without one, others could claim at once what this process begins.
   *
   * @throws SagaJournalError
   */
  async ensure(): Promise<void> {
    if (this.#left() > 0) return;
    try {
      await this.#beat();
    } catch (error) {
      throw new SagaJournalError('The heartbeat of this process failed', { cause: error });
    }
  }

  async #beat(): Promise<void> {
    const { journaling, environment, live } = this.parts;
    const sentAt = environment.clock.monotonic();
    const asked = await journaling.journal.heartbeat(journaling.owner, this.leaseMs);
    this.#renewedAt = sentAt;
    for (const row of asked) {
      const run = live.get(row)?.run;
      if (run === undefined || run.state.cancel !== undefined) continue;
      if (refusalToCancel(run.state) !== undefined) continue;
      run.requestCancel('operator', row.cancelReason ?? '');
      run.persistence?.flush().catch(() => undefined);
    }
    await live.giveBack(({ ref, epoch }) => journaling.journal.release(ref, epoch));
  }

  #arm(): void {
    if (this.#stopped) return;
    const { clock } = this.parts.environment;
    this.#unschedule = clock.schedule(this.leaseMs / 3, () => void this.#tick(), true);
  }

  async #tick(): Promise<void> {
    const { environment, live, logger } = this.parts;
    const guard = environment.clock.schedule(this.#left(), () => this.#expire(), true);
    try {
      await this.#beat();
    } catch (error) {
      report(
        logger,
        'error',
        'The heartbeat of this process failed; its sagas stop when the lease ends',
        {
          error: messageOf(error),
          live: live.size,
          leaseMs: this.leaseMs,
        },
      );
      if (this.#left() <= 0) this.#expire();
    } finally {
      guard();
      this.#arm();
    }
  }

  #left(): number {
    return this.#renewedAt + this.leaseMs - this.parts.environment.clock.monotonic();
  }

  #expire(): void {
    this.parts.live.stopAll(() => new LeaseLostError('The lease of this process has ended'));
  }
}
