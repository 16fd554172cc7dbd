import type { ClaimRequest, RunEnvironment, SagaLogger, SagaRow } from '../../../core/index.js';
import { fullMessageOf, report } from '../../../core/engine/index.js';
import type { Intake } from './intake.js';
import type { Slots } from './slots.js';

/** How a process looks for sagas that another one left behind. */
export interface RecoveryOptions {
  /** How often it looks, in ms. @default a third of the lease */
  readonly pollMs: number;
  /**
   * How many recovered sagas it works on at once, at least 1. Those in a back-off do not count, nor
   * those whose step waits for another saga; with them it has at most 100 times as many in hand.
   *
   * @default 100
   */
  readonly concurrency: number;
  /**
   * Take-overs of a saga without progress until it is parked, 0 to 1,000. After two it is recovered
   * alone, so that a saga that kills its process interrupts no other one; a limit below 2 leaves no
   * room for that. @default 5
   */
  readonly maxRecoveries: number;
}

/** When it looks, and where a failed round is logged. */
interface Surroundings extends Pick<RunEnvironment, 'clock' | 'random'> {
  readonly logger: SagaLogger;
  /** Also looks for something, in every round; it is not awaited, and never throws. */
  readonly look: () => void;
}

/**
 * Claims sagas whose owner's heartbeat has expired, and resumes them, forward or compensating. Each is
 * supervised alone; one that cannot be read is parked and does not hold up the others. Suspects, which
 * were taken over several times without progress, are resumed one by one, when no healthy saga would be
 * interrupted with them.
 *
 * Its states, as docs/architecture.md draws them:
 *
 * - **waiting** for the next round: `pollMs`, or until half of the slots are free where there is more.
 * - **looking**: a round has begun. Is there room, is a suspect unproven, is it time to look for
 *   suspects?
 * - **claiming** as many as there is room for, until fewer come than were asked for.
 * - **suspects**: claiming one of these, and nothing more until it is proven: first of all when none were
 *   looked for in two leases, else last of all when all that is at work is proven.
 * - **stopped**, once the round that is under way has ended; it claims nothing more.
 */
export class RecoveryWorker {
  #started = false;
  #stopped = false;
  #unschedule: (() => void) | undefined;
  #round: Promise<void> = Promise.resolve();
  #looking = false;
  /** Whether there may be more sagas than there was room for. */
  #more = false;
  readonly #taking = new Set<Promise<void>>();

  constructor(
    private readonly intake: Intake,
    private readonly slots: Slots,
    private readonly around: Surroundings,
    private readonly pollMs: number,
  ) {
    slots.onRoom = () => this.#onRoom();
  }

  start(): void {
    this.#started = true;
    this.slots.noteSuspects();
    this.#arm(0);
  }

  /**
   * Claims a saga for whose end a caller here waits, if nobody owns it; it needs no slot. A suspect is
   * left to the rounds while anything is at work that would be interrupted with it.
   */
  takeUp(seen: SagaRow): Promise<void> {
    const mayClaim = this.#started && !this.#stopped && this.intake.knows(seen.name);
    if (!mayClaim) return Promise.resolve();
    const isSuspect = seen.recoveries >= this.slots.suspectsFrom;
    if (isSuspect && !this.slots.mayAwaitSuspect) return Promise.resolve();
    const taking: Promise<void> = this.intake
      .one(seen)
      .catch((error: unknown) => this.#reportFailure(error))
      .finally(() => this.#taking.delete(taking));
    this.#taking.add(taking);
    return taking;
  }

  /** Claims nothing more; resolves when the round that is under way has ended. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#unschedule?.();
    await this.#round;
    await Promise.all(this.#taking);
  }

  #arm(delayMs: number): void {
    if (this.#stopped) return;
    const { clock, random } = this.around;
    // Spread at random, so that processes do not all look at once.
    const delay = delayMs * (0.75 + random() / 2);
    const look = (): void => {
      this.#round = this.#look();
    };
    this.#unschedule = clock.schedule(delay, look, true);
  }

  async #look(): Promise<void> {
    this.#looking = true;
    this.around.look();
    await this.#claim();
    const leftSome = await this.intake.releaseLeft();
    this.#looking = false;
    this.#arm(leftSome ? 2 * this.pollMs : this.#pace());
  }

  #pace(): number {
    if (this.#mayGoOn()) return 0;
    return this.#more ? Math.min(this.pollMs, this.slots.recheckMs) : this.pollMs;
  }

  #mayGoOn(): boolean {
    return this.#more && this.slots.isHalfFree;
  }

  #onRoom(): void {
    if (this.#looking || !this.#mayGoOn()) return;
    this.#more = false;
    this.#unschedule?.();
    this.#arm(0);
  }

  async #claim(): Promise<void> {
    const { slots } = this;
    try {
      if (slots.suspectsAreDue) await this.#claimSuspects();
      for (;;) {
        this.#more = slots.isReserved;
        if (this.#more) return;
        const limit = Math.min(100, slots.room);
        this.#more = limit <= 0;
        slots.noteRoom(limit > 0);
        if (limit <= 0) return;
        if ((await this.#takeUpSome(limit, { below: slots.suspectsFrom })) < limit) break;
      }
      if (slots.isQuiet) await this.#claimSuspects();
    } catch (error) {
      this.#reportFailure(error);
    }
  }

  async #claimSuspects(): Promise<void> {
    const { slots } = this;
    slots.noteSuspects();
    // Sagas that are left to others, or parked at once, take no slot.
    while (!slots.isReserved && slots.room > 0) {
      if ((await this.#takeUpSome(1, { from: slots.suspectsFrom })) === 0) return;
    }
    this.#more = true;
  }

  async #takeUpSome(
    limit: number,
    recoveries: NonNullable<ClaimRequest['recoveries']>,
  ): Promise<number> {
    return this.#stopped ? 0 : this.intake.some(limit, recoveries);
  }

  #reportFailure(error: unknown): void {
    const what = 'Looking for sagas to recover failed; it is tried again';
    report(this.around.logger, 'error', what, { error: fullMessageOf(error) });
  }
}
