import type { SagaDefinition } from '../definition/index.js';
import { isSagaError } from '../errors/index.js';
import { recoveredRecord } from '../execution/index.js';
import { refKey, type SagaRow, type StoredSaga } from '../journal/index.js';
import { refusalToCancel } from '../machine/index.js';
import { fullMessageOf, report, shownText } from '../ports/index.js';
import { claimedSaga, shownRef, type EngineParts } from './engine-parts.js';
import { NewerSagas } from './newer-sagas.js';
import { Reminders } from './reminders.js';
import { whyStranger } from './strangers.js';
import { parkUnreadable } from './unreadable.js';

/** How a process looks for sagas that another one left behind. */
export interface RecoveryOptions {
  /** How often it looks, in ms. @default a third of the lease */
  readonly pollMs: number;
  /** How many recovered sagas it works on at once, at least 1. @default 100 */
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
  #leftSome = false;
  readonly #reminders: Reminders;
  readonly #newer: NewerSagas;
  /** There may be more than it has had room for. */
  #more = false;
  readonly #running = new Set<Promise<unknown>>();

  constructor(
    private readonly parts: EngineParts,
    private readonly options: RecoveryOptions,
  ) {
    this.#newer = new NewerSagas(parts.environment.clock);
    this.#reminders = new Reminders(parts.environment.clock);
  }

  start(): void {
    this.#arm(0);
  }

  /** Claims nothing more; resolves when the round that is under way has ended. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#unschedule?.();
    await this.#round;
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
    if (this.#leftSome) await this.parts.live.giveBack(this.parts.journaling);
    this.#looking = false;
    const { pollMs } = this.options;
    this.#arm(this.#leftSome ? 2 * pollMs : this.#mayGoOn() ? 0 : pollMs);
    this.#leftSome = false;
  }

  /** Half at a time: a claim for every saga that ends would cost more than the saga. */
  #mayGoOn(): boolean {
    return this.#more && this.#running.size <= this.options.concurrency / 2;
  }

  #onEnd(saga: Promise<unknown>): void {
    this.#running.delete(saga);
    if (this.#looking || !this.#mayGoOn()) return;
    this.#more = false;
    this.#unschedule?.();
    this.#arm(0);
  }

  async #claim(): Promise<void> {
    const { claims, journaling, registry, logger } = this.parts;
    this.#more = false;
    try {
      for (;;) {
        const limit = Math.min(100, this.options.concurrency - this.#running.size);
        const { names } = registry;
        this.#more = limit <= 0;
        if (this.#stopped || limit <= 0 || names.length === 0) return;
        // Who is not known to live must not own anything more.
        await journaling.lease.ensure();
        const rows = await claims.claim({ names, limit });
        // What was claimed is ours: every row is taken up or parked, none dropped.
        await Promise.all(rows.map((row) => this.#recover(row)));
        if (rows.length < limit) return;
      }
    } catch (error) {
      report(logger, 'error', 'Looking for sagas to recover failed; it is tried again', {
        error: fullMessageOf(error),
      });
    }
  }

  async #recover(row: SagaRow): Promise<void> {
    const { registry, logger, live } = this.parts;
    let stored: StoredSaga;
    try {
      stored = await claimedSaga(this.parts, row);
    } catch (error) {
      // The journal's fault, not the saga's: it is given back, and claimed again.
      report(logger, 'error', `Saga ${shownRef(row)} could not be loaded; it is claimed again`, {
        error: fullMessageOf(error),
      });
      live.leaveUnbegun(row, row.epoch);
      return;
    }
    try {
      this.#carryOn(row, registry.get(row.name, row.version), stored);
    } catch (error) {
      if (isSagaError(error, 'SAGA_NEWER')) return this.#leaveAlone(row, error.message);
      const fields = { saga: row.name, sagaId: row.id, error: fullMessageOf(error) };
      report(
        logger,
        'error',
        `Saga ${shownText(row.name, 255)} cannot be recovered; it is parked`,
        fields,
      );
      await parkUnreadable(this.parts, row, stored);
    }
  }

  #carryOn(row: SagaRow, definition: SagaDefinition, stored: StoredSaga): void {
    const { runs, live, journaling, logger } = this.parts;
    const run = runs.load(definition, stored);
    const stranger = whyStranger(run);
    if (stranger !== undefined) return this.#leaveAlone(row, stranger);
    run.note(recoveredRecord(run, journaling.owner));
    const cancellable = run.state.cancel === undefined && refusalToCancel(run.state) === undefined;
    const cancelled = row.cancelReason !== null && cancellable;
    if (cancelled) run.requestCancel('operator', row.cancelReason);
    const isNewer = row.version > definition.version;
    if (isNewer && this.#newer.isLeft(run, stored.entries.length)) return this.#leaveToNewer(row);
    const { name, id: sagaId, status, recoveries } = row;
    const fields = { saga: name, sagaId, status, recoveries };
    report(logger, 'info', `Saga ${shownRef(row)} is resumed after its process died`, fields);
    // Who cancels it gives it all of its take-overs again, to come back with.
    if (!cancelled && row.recoveries > this.options.maxRecoveries) {
      run.note({ type: 'parked', reason: 'recovery-limit' });
    }
    const ended = live
      .launch(run, row.input, row.deadline)
      .handle.result()
      .catch(() => undefined)
      .finally(() => this.#onEnd(ended));
    this.#running.add(ended);
  }

  /**
   * While a deploy is rolled out, a process of the older version meets sagas of the newer one. What it
   * cannot carry on is not parked but left to those who can, and who are let look first.
   */
  #leaveToNewer(row: SagaRow): void {
    const { logger } = this.parts;
    const what = `Saga ${shownRef(row)} is left to processes that know its version ${row.version}`;
    report(logger, 'warn', what, { saga: row.name, sagaId: row.id });
    this.#leave(row);
  }

  /** To those who can read it or know its steps; they are told of it from time to time. */
  #leaveAlone(row: SagaRow, why: string): void {
    if (this.#reminders.isDue(refKey(row))) {
      report(this.parts.logger, 'warn', `Saga ${shownRef(row)} is left alone: ${why}`, {
        saga: row.name,
        sagaId: row.id,
      });
    }
    this.#leave(row);
  }

  /** To others, who are let look first. */
  #leave(row: SagaRow): void {
    this.#leftSome = true;
    this.parts.live.leaveUnbegun(row, row.epoch);
  }
}
