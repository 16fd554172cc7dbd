import { type EngineHealth, LeaseLostError, type SagaLogger } from '../../../core/index.js';
import { fullMessageOf, report } from '../../../core/engine/index.js';
import type { JournalSession } from './journal-session.js';
import type { Lease } from './lease.js';
import type { OwnedRuns } from './owned-runs.js';

/**
 * Renews this process's heartbeat in the journal. When it could not, all work is stopped by this
 * process's own clock, since others may have taken its sagas over. After a stall that was longer than
 * the lease, the journal is asked first which sagas are still owned, and only the others are stopped.
 */
export class Heartbeat {
  #unschedule: (() => void) | undefined;
  #unguard: (() => void) | undefined;
  #stopped = false;
  /** When the next heartbeat is to be sent; a timer that fires long after that shows a stall. */
  #due = Infinity;
  #late = 0;
  #lastBeat = -Infinity;
  #lastError: unknown;
  /** The lease generation whose end was logged. */
  #saidEndOf: number | undefined;

  constructor(
    private readonly session: JournalSession,
    private readonly lease: Lease,
    private readonly runs: OwnedRuns,
    private readonly logger: SagaLogger,
  ) {}

  /**
   * Opens the journal, beats once, then every third of the lease.
   *
   * @throws what the journal throws at its opening, or at the first beat
   */
  async start(): Promise<void> {
    await this.session.open((warning) => report(this.logger, 'warn', warning));
    try {
      await this.lease.renew();
    } catch (error) {
      await Promise.allSettled([this.session.close()]);
      throw error;
    }
    this.#arm();
  }

  /** Ends the heartbeat, which releases everything, and closes the journal. @throws what that throws */
  async end(): Promise<void> {
    this.#stopped = true;
    this.#unschedule?.();
    await this.session.end();
  }

  get health(): Pick<EngineHealth, 'owner' | 'leaseLeftMs' | 'heartbeatError'> {
    const leaseLeftMs = this.#stopped ? 0 : Math.max(0, this.lease.left);
    const error = this.#lastError;
    const { owner } = this.session;
    return { owner, leaseLeftMs, ...(error === undefined ? {} : { heartbeatError: error }) };
  }

  /** Called by the lease, which sends one heartbeat at a time. @throws what the journal throws */
  async beat(): Promise<void> {
    const sentAt = this.#now;
    const asked = await this.session.beat(this.lease.ms);
    const wasOver = this.lease.generation > 0 && this.lease.left <= 0;
    if (wasOver) this.#sayEnded();
    this.lease.renewed(sentAt);
    this.#lastBeat = sentAt;
    this.#lastError = undefined;
    this.#late = 0;
    this.session.goOn(asked, wasOver);
  }

  get #now(): number {
    return this.lease.clock.monotonic();
  }

  #arm(): void {
    if (this.#stopped) return;
    const delay = this.lease.ms / 3;
    this.#due = this.#now + delay;
    const tick = (): void => void this.#tick();
    this.#unschedule = this.lease.clock.schedule(delay, tick, true);
  }

  async #tick(): Promise<void> {
    const { left, ms } = this.lease;
    this.#late = this.#now - this.#due;
    this.#due = Infinity;
    // The lease has ended during a stall: after the answer to this heartbeat, the journal is asked
    // about each saga.
    this.#guard(left > 0 ? left : ms / 3);
    try {
      await this.lease.renew();
    } catch (error) {
      this.#lastError = error;
      const what = 'The heartbeat of this process failed; its sagas stop when the lease ends';
      const fields = { error: fullMessageOf(error), live: this.runs.size, leaseMs: ms };
      report(this.logger, 'error', what, fields);
      if (this.lease.left <= 0) this.#expire();
    } finally {
      this.#unguard?.();
      this.#arm();
    }
  }

  /**
   * Ends the lease unless the heartbeat is answered until then. A timer that itself comes late shows a
   * stall: the answer may be there already, and is looked at first.
   */
  #guard(patience: number): void {
    const end = this.#now + patience;
    const expire = (): void => {
      const late = this.#now - end;
      if (late <= this.lease.ms / 10) return this.#expire();
      this.#late = Math.max(this.#late, late);
      this.#guard(this.lease.ms / 3);
    };
    this.#unguard = this.lease.clock.schedule(patience, expire, true);
  }

  #expire(): void {
    this.#sayEnded();
    this.runs.stopAll(() => new LeaseLostError('The lease of this process has ended'));
  }

  #sayEnded(): void {
    const { ms, generation } = this.lease;
    if (this.#saidEndOf === generation) return;
    this.#saidEndOf = generation;
    report(
      this.logger,
      'error',
      `The lease of this process has ended: ${this.#whyEnded()}. Sagas that others have taken over ` +
        'meanwhile, or may take over, stop here, and go on there',
      { live: this.runs.size, leaseMs: ms },
    );
  }

  #whyEnded(): string {
    const { ms } = this.lease;
    const late = Math.round(Math.max(this.#late, this.#now - this.#due));
    const silent = Math.round(this.#now - this.#lastBeat);
    if (late > ms / 3) {
      return `its event loop was blocked, or the machine asleep, for ${late} ms and more (leaseMs ${ms})`;
    }
    if (this.#lastError !== undefined) {
      return `no heartbeat has succeeded for ${silent} ms (leaseMs ${ms}): ${fullMessageOf(this.#lastError)}`;
    }
    return `the journal has not answered a heartbeat for ${silent} ms (leaseMs ${ms})`;
  }
}
