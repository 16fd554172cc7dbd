import { type EngineHealth, LeaseLostError } from '../../../core/index.js';
import { fullMessageOf, report } from '../../../core/engine/index.js';
import type { EngineParts } from '../engine-parts.js';
import type { Lease } from './lease.js';
import { hear } from './hear-cancel.js';

/**
 * Keeps this process's heartbeat in the journal going, and stops its work by its own clock when it
 * could not renew it: by then another process may have taken its sagas over. After a stall that was
 * longer than the lease it asks first which of them are still its own, and stops only the others.
 */
export class Heartbeat {
  #unschedule: (() => void) | undefined;
  #unguard: (() => void) | undefined;
  #stopped = false;
  /** When the next heartbeat is to be sent; a timer that fires long after that tells of a stall. */
  #due = Infinity;
  #late = 0;
  #lastBeat = -Infinity;
  #lastError: unknown;
  /** The generation of the lease whose end was said. */
  #saidEndOf: number | undefined;
  /** It counts its users: one that this process could not open is not its to close. */
  #hasOpened = false;

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
    try {
      await this.lease.renew();
    } catch (error) {
      await Promise.allSettled([journaling.journal.close()]);
      throw error;
    }
    this.#hasOpened = true;
    this.#arm();
  }

  /** The last heartbeat: gives everything back, and closes the journal. @throws what that throws */
  async end(): Promise<void> {
    const { journaling, live } = this.parts;
    this.#stopped = true;
    this.#unschedule?.();
    // Released by name where that is possible; else the end of the heartbeat frees them all the same.
    await live.sendReleases(journaling);
    await Promise.allSettled([journaling.journal.leave(journaling.owner)]);
    if (this.#hasOpened) await journaling.journal.close();
  }

  get health(): Pick<EngineHealth, 'owner' | 'leaseLeftMs' | 'heartbeatError'> {
    const { owner } = this.parts.journaling;
    const leaseLeftMs = this.#stopped ? 0 : Math.max(0, this.lease.left);
    const error = this.#lastError;
    return { owner, leaseLeftMs, ...(error === undefined ? {} : { heartbeatError: error }) };
  }

  /** For the lease, which sends one at a time. @throws what the journal throws */
  async beat(): Promise<void> {
    const { claims, journaling, live } = this.parts;
    const sentAt = this.#now;
    const asked = await journaling.journal.heartbeat(journaling.owner, this.lease.ms);
    const wasOver = this.lease.generation > 0 && this.lease.left <= 0;
    if (wasOver) this.#sayEnded();
    this.lease.renewed(sentAt);
    this.#lastBeat = sentAt;
    this.#lastError = undefined;
    this.#late = 0;
    for (const row of asked) {
      const run = live.get(row)?.run;
      if (run === undefined) continue;
      if (row.owner === journaling.owner) hear(run, row.cancelReason ?? '');
      else run.stop(new LeaseLostError('An operator has taken it from this process'), 'now');
    }
    // Not awaited: what hangs or fails here must not hold up the next heartbeat.
    claims.settle().catch(() => undefined);
    if (wasOver) live.confirmAll();
    void live.sendReleases(journaling);
  }

  get #now(): number {
    return this.parts.environment.clock.monotonic();
  }

  #arm(): void {
    if (this.#stopped) return;
    const delay = this.lease.ms / 3;
    this.#due = this.#now + delay;
    const tick = (): void => void this.#tick();
    this.#unschedule = this.parts.environment.clock.schedule(delay, tick, true);
  }

  async #tick(): Promise<void> {
    const { live, logger } = this.parts;
    const { left, ms } = this.lease;
    this.#late = this.#now - this.#due;
    this.#due = Infinity;
    // Over already, after a stall: this heartbeat is answered first, and each saga asked after.
    this.#guard(left > 0 ? left : ms / 3);
    try {
      await this.lease.renew();
    } catch (error) {
      this.#lastError = error;
      report(
        logger,
        'error',
        'The heartbeat of this process failed; its sagas stop when the lease ends',
        {
          error: fullMessageOf(error),
          live: live.size,
          leaseMs: this.lease.ms,
        },
      );
      if (this.lease.left <= 0) this.#expire();
    } finally {
      this.#unguard?.();
      this.#arm();
    }
  }

  /**
   * Ends the lease unless the heartbeat is answered until then. One that itself comes late tells of a
   * stall: the answer may be there, and is looked at first.
   */
  #guard(patience: number): void {
    const { clock } = this.parts.environment;
    const end = this.#now + patience;
    const expire = (): void => {
      const late = this.#now - end;
      if (late <= this.lease.ms / 10) return this.#expire();
      this.#late = Math.max(this.#late, late);
      this.#guard(this.lease.ms / 3);
    };
    this.#unguard = clock.schedule(patience, expire, true);
  }

  #expire(): void {
    this.#sayEnded();
    this.parts.live.stopAll(() => new LeaseLostError('The lease of this process has ended'));
  }

  #sayEnded(): void {
    const { live, logger } = this.parts;
    const { ms, generation } = this.lease;
    if (this.#saidEndOf === generation) return;
    this.#saidEndOf = generation;
    report(
      logger,
      'error',
      `The lease of this process has ended: ${this.#whyEnded()}. Sagas that others have taken over ` +
        'meanwhile, or may take over, stop here, and go on there',
      { live: live.size, leaseMs: ms },
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
