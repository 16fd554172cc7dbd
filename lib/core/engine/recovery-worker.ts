import type { SagaRef } from '../journal/index.js';
import { fullMessageOf, report } from '../ports/index.js';
import { ClaimedSagas } from './claimed-sagas.js';
import { isLive, type EngineParts } from './engine-parts.js';
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
  /** Take-overs of a saga without progress until it is parked, 0 to 1,000. @default 5 */
  readonly maxRecoveries: number;
}

/**
 * Claims sagas whose owner's heartbeat has expired, and carries them on: forward, or back. Each is
 * supervised alone; one that cannot be read is parked and does not hold up the others.
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
  #started = false;
  readonly #taking = new Set<Promise<void>>();

  constructor(
    private readonly parts: EngineParts,
    private readonly options: RecoveryOptions,
  ) {
    this.#slots = new Slots(parts, options.concurrency);
    this.#claimed = new ClaimedSagas(parts, options.maxRecoveries, (run, ended) =>
      this.#slots.take(run, ended, () => this.#onEnd()),
    );
  }

  start(): void {
    this.#started = true;
    this.#arm(0);
  }

  /** Takes up one for whose end somebody here waits, if nobody works on it; it needs no slot. */
  takeUp(ref: SagaRef): Promise<void> {
    const isKnown = this.parts.registry.find(ref.name) !== undefined;
    if (!this.#started || this.#stopped || !isKnown) return Promise.resolve();
    const taking: Promise<void> = this.#takeUp(ref).finally(() => this.#taking.delete(taking));
    this.#taking.add(taking);
    return taking;
  }

  async #takeUp({ name, id }: SagaRef): Promise<void> {
    const { claims, journaling, live } = this.parts;
    try {
      await journaling.lease.ensure();
      const [row] = await claims.claim({ names: [name], limit: 1, id });
      if (row === undefined) return;
      if (isLive(row)) await this.#claimed.takeUp(row);
      else live.leaveUnbegun(row, row.epoch);
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
    if (leftSome) await this.parts.live.giveBack(this.parts.journaling);
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
    return this.#more && this.#slots.room >= this.options.concurrency / 2;
  }

  #onEnd(): void {
    if (this.#looking || !this.#mayGoOn()) return;
    this.#more = false;
    this.#unschedule?.();
    this.#arm(0);
  }

  async #claim(): Promise<void> {
    const { claims, journaling, registry } = this.parts;
    this.#more = false;
    try {
      for (;;) {
        const limit = Math.min(100, this.#slots.room);
        const { names } = registry;
        this.#more = limit <= 0;
        this.#slots.noteRoom(limit > 0);
        if (this.#stopped || limit <= 0 || names.length === 0) return;
        // Who is not known to live must not own anything more.
        await journaling.lease.ensure();
        const rows = await claims.claim({ names, limit });
        // What was claimed is ours: every row is taken up or parked, none dropped.
        await Promise.all(rows.map((row) => this.#claimed.takeUp(row)));
        if (rows.length < limit) return;
      }
    } catch (error) {
      this.#reportFailure(error);
    }
  }

  #reportFailure(error: unknown): void {
    const what = 'Looking for sagas to recover failed; it is tried again';
    report(this.parts.logger, 'error', what, { error: fullMessageOf(error) });
  }
}
