import type { ClaimRequest, SagaRow } from '../../../core/index.js';
import { fullMessageOf, report } from '../../../core/engine/index.js';
import { ClaimedSagas } from './claimed-sagas.js';
import { isLive, type EngineParts } from '../engine-parts.js';
import { Slots } from './slots.js';

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
   * Take-overs of a saga without progress until it is parked, 0 to 1,000. After two it is carried on
   * alone, so that one that kills its process takes no other one with it; a limit below 2 leaves no room
   * for that. @default 5
   */
  readonly maxRecoveries: number;
}

/** After so many take-overs without progress a saga is carried on alone; before its last one, if it can be. */
function suspectsFrom(maxRecoveries: number): number {
  return Math.min(2, Math.max(1, maxRecoveries - 1));
}

/**
 * Claims sagas whose owner's heartbeat has expired, and carries them on: forward, or back. Each is
 * supervised alone; one that cannot be read is parked and does not hold up the others. Those that were
 * taken over several times without progress come one by one, when nothing healthy would die with them.
 */
export class RecoveryWorker {
  #stopped = false;
  #unschedule: (() => void) | undefined;
  #round: Promise<void> = Promise.resolve();
  #looking = false;
  readonly #claimed: ClaimedSagas;
  /** There may be more than it has had room for. */
  #more = false;
  readonly #slots: Slots;
  readonly #suspectsFrom: number;
  /** When it last looked for suspects. */
  #suspected = 0;
  #started = false;
  readonly #taking = new Set<Promise<void>>();

  constructor(
    private readonly parts: EngineParts,
    private readonly options: RecoveryOptions,
  ) {
    this.#slots = new Slots(parts, options.concurrency);
    this.#suspectsFrom = suspectsFrom(options.maxRecoveries);
    this.#claimed = new ClaimedSagas(parts, options.maxRecoveries, (run, ended, row) =>
      // The count is that of the claim, which raised it.
      this.#slots.take(run, ended, row.recoveries > this.#suspectsFrom, () => this.#onRoom()),
    );
  }

  start(): void {
    this.#started = true;
    this.#suspected = this.#now;
    this.#arm(0);
  }

  /**
   * Takes up one for whose end somebody here waits, if nobody works on it; it needs no slot. A suspect is
   * left to the rounds while anything is at work that would die with it.
   */
  takeUp(seen: SagaRow): Promise<void> {
    const isKnown = this.parts.registry.find(seen.name) !== undefined;
    if (!this.#started || this.#stopped || !isKnown) return Promise.resolve();
    const isSuspect = seen.recoveries >= this.#suspectsFrom;
    if (isSuspect && !this.#slots.mayAwaitSuspect) return Promise.resolve();
    const taking: Promise<void> = this.#takeUp(seen).finally(() => this.#taking.delete(taking));
    this.#taking.add(taking);
    return taking;
  }

  async #takeUp({ name, id }: SagaRow): Promise<void> {
    const { claims, journaling, live } = this.parts;
    try {
      await journaling.lease.ensure();
      const [row] = await claims.claim({ names: [name], limit: 1, id });
      if (row === undefined) return;
      if (isLive(row)) await this.#claimed.takeUp(row);
      else live.releaseUnstarted(row, row.epoch);
    } catch (error) {
      this.#reportFailure(error);
    }
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
    const { clock, random } = this.parts.environment;
    // Spread over the processes, so that they do not all look at once.
    const delay = delayMs * (0.75 + random() / 2);
    const look = (): void => {
      this.#round = this.#look();
    };
    this.#unschedule = clock.schedule(delay, look, true);
  }

  async #look(): Promise<void> {
    this.#looking = true;
    await this.#claim();
    // Not before the end of the round, which would claim them again, and never what comes after them.
    const leftSome = this.#claimed.tellLeft();
    if (leftSome) await this.parts.live.sendReleases(this.parts.journaling);
    this.#looking = false;
    this.#arm(leftSome ? 2 * this.options.pollMs : this.#pace());
  }

  #pace(): number {
    const { pollMs } = this.options;
    if (this.#mayGoOn()) return 0;
    return this.#more ? Math.min(pollMs, this.#slots.recheckMs) : pollMs;
  }

  /** Half at a time: a claim for every saga that ends would cost more than the saga. */
  #mayGoOn(): boolean {
    const slots = this.#slots;
    return this.#more && !slots.isReserved && slots.room >= this.options.concurrency / 2;
  }

  #onRoom(): void {
    if (this.#looking || !this.#mayGoOn()) return;
    this.#more = false;
    this.#unschedule?.();
    this.#arm(0);
  }

  async #claim(): Promise<void> {
    const { journaling } = this.parts;
    try {
      // Not only when nothing else is there: others may never cease to come.
      const isDue = this.#now - this.#suspected >= 2 * journaling.lease.ms;
      if (isDue && this.#slots.room > 0) await this.#claimSuspects();
      for (;;) {
        this.#more = this.#slots.isReserved;
        if (this.#more) return;
        const limit = Math.min(100, this.#slots.room);
        this.#more = limit <= 0;
        this.#slots.noteRoom(limit > 0);
        if (limit <= 0) return;
        if ((await this.#takeUpSome(limit, { below: this.#suspectsFrom })) < limit) break;
      }
      if (this.#slots.isQuiet) await this.#claimSuspects();
    } catch (error) {
      this.#reportFailure(error);
    }
  }

  async #claimSuspects(): Promise<void> {
    this.#suspected = this.#now;
    // Those that are left to others, or parked at once, leave room for the next.
    while (!this.#slots.isReserved && this.#slots.room > 0) {
      if ((await this.#takeUpSome(1, { from: this.#suspectsFrom })) === 0) return;
    }
    this.#more = true;
  }

  async #takeUpSome(
    limit: number,
    recoveries: NonNullable<ClaimRequest['recoveries']>,
  ): Promise<number> {
    const { claims, journaling, registry } = this.parts;
    const { names } = registry;
    if (this.#stopped || names.length === 0) return 0;
    // Who is not known to live must not own anything more.
    await journaling.lease.ensure();
    const rows = await claims.claim({ names, limit, recoveries });
    // What was claimed is ours: every row is taken up or parked, none dropped.
    await Promise.all(rows.map((row) => this.#claimed.takeUp(row)));
    return rows.length;
  }

  get #now(): number {
    return this.parts.environment.clock.monotonic();
  }

  #reportFailure(error: unknown): void {
    const what = 'Looking for sagas to recover failed; it is tried again';
    report(this.parts.logger, 'error', what, { error: fullMessageOf(error) });
  }
}
