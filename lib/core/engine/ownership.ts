import { LeaseLostError } from '../errors/index.js';
import { refusalToCancel } from '../machine/index.js';
import { messageOf, report } from '../ports/index.js';
import type { EngineParts } from './engine-parts.js';
import type { Lease } from './lease.js';

/**
 * Keeps this process's heartbeat in the journal going, and stops its work by its own clock when it
 * could not renew it: by then another process may have taken its sagas over.
 */
export class Ownership {
  #unschedule: (() => void) | undefined;
  #stopped = false;

  constructor(
    private readonly parts: EngineParts,
    private readonly lease: Lease,
  ) {}

  /**
   * Opens the journal, beats once, then every third of the lease.
   *
   * @throws what the journal throws at its opening, or at the first beat
   */
  async start(): Promise<void> {
    const { journaling, logger } = this.parts;
    await journaling.journal.open((warning) => report(logger, 'warn', warning));
    await this.beat();
    this.#arm();
  }

  stop(): void {
    this.#stopped = true;
    this.#unschedule?.();
  }

  /** @throws what the journal throws */
  async beat(): Promise<void> {
    const { claims, journaling, environment, live } = this.parts;
    const sentAt = environment.clock.monotonic();
    const asked = await journaling.journal.heartbeat(journaling.owner, this.lease.ms);
    this.lease.renewed(sentAt);
    for (const row of asked) {
      const run = live.get(row)?.run;
      if (run === undefined || run.state.atRest || run.state.cancel !== undefined) continue;
      if (refusalToCancel(run.state) !== undefined) continue;
      run.requestCancel('operator', row.cancelReason ?? '');
      run.persistence?.flush().catch(() => undefined);
    }
    // Not awaited: what hangs or fails here must not hold up the next heartbeat.
    claims.settle().catch(() => undefined);
    void live.giveBack(journaling);
  }

  #arm(): void {
    if (this.#stopped) return;
    const { clock } = this.parts.environment;
    this.#unschedule = clock.schedule(this.lease.ms / 3, () => void this.#tick(), true);
  }

  async #tick(): Promise<void> {
    const { environment, live, logger } = this.parts;
    const guard = environment.clock.schedule(this.lease.left, () => this.#expire(), true);
    try {
      await this.beat();
    } catch (error) {
      report(
        logger,
        'error',
        'The heartbeat of this process failed; its sagas stop when the lease ends',
        {
          error: messageOf(error),
          live: live.size,
          leaseMs: this.lease.ms,
        },
      );
      if (this.lease.left <= 0) this.#expire();
    } finally {
      guard();
      this.#arm();
    }
  }

  #expire(): void {
    this.parts.live.stopAll(() => new LeaseLostError('The lease of this process has ended'));
  }
}
