import {
  type Clock,
  refKey,
  type SagaLogger,
  type SagaRow,
  type StoredSaga,
} from '../../../core/index.js';
import { fullMessageOf, report, type Run, shownWhole } from '../../../core/engine/index.js';
import type { Claims } from '../ownership/index.js';
import { type RecordWriter, shownRef } from '../runs/index.js';
import { VersionSkew } from './version-skew.js';

/** How long the same thing is not logged again, in ms. */
const SILENCE_MS = 600_000;

/** What is logged once, and again from time to time. */
class Reminders {
  /** When each was logged last, in that order. */
  readonly #said = new Map<string, number>();

  constructor(private readonly clock: Clock) {}

  /** Whether it is time to log it; then it counts as logged. */
  isDue(key: string): boolean {
    const now = this.clock.monotonic();
    for (const [other, at] of this.#said) {
      if (now - at < SILENCE_MS) break;
      this.#said.delete(other);
    }
    if (this.#said.has(key)) return false;
    this.#said.set(key, now);
    return true;
  }
}

/**
 * What was claimed and is not driven here: released, parked, or left to processes that can drive it.
 */
export class LeftSagas {
  readonly #reminders: Reminders;
  readonly #newer: VersionSkew;
  #leftSome = false;

  constructor(
    private readonly claims: Claims,
    private readonly writer: RecordWriter,
    clock: Clock,
    private readonly logger: SagaLogger,
  ) {
    this.#reminders = new Reminders(clock);
    this.#newer = new VersionSkew(clock);
  }

  /** Whether any was left to others since the last time this was asked. */
  tellLeft(): boolean {
    const left = this.#leftSome;
    this.#leftSome = false;
    return left;
  }

  /** The journal failed, not the saga: it is released, and claimed again later. */
  releaseUnloaded(row: SagaRow, error: unknown): void {
    this.#sayFailed(`Saga ${shownRef(row)} could not be loaded; it is claimed again`, error);
    this.claims.releaseUnstarted(row);
  }

  /** Parks it. Its records stay as they are: an operator, or a fixed codec, can still read them. */
  async parkUnreadable(row: SagaRow, { nextSeq }: StoredSaga, why: unknown): Promise<void> {
    const what = `Saga ${shownWhole(row.name)} cannot be recovered; it is parked`;
    const { name: saga, id: sagaId } = row;
    report(this.logger, 'error', what, { saga, sagaId, error: fullMessageOf(why) });
    try {
      await this.writer.add(row, nextSeq, 'parked', [{ type: 'parked', reason: 'unreadable' }]);
    } catch (error) {
      this.#sayFailed(`Saga ${shownRef(row)} could not be parked; it is claimed again`, error);
      this.claims.releaseUnstarted(row);
    }
  }

  /**
   * Leaves it to processes that can read it or know its steps, and says so in the log from time to
   * time.
   */
  leaveAlone(row: SagaRow, why: string): void {
    if (this.#reminders.isDue(refKey(row))) this.#warn(row, `is left alone: ${why}`);
    this.#leave(row);
  }

  /**
   * While a deploy is rolled out, a process of the older version meets sagas of the newer one. Those
   * that it cannot drive on are not parked, but left to processes of the newer version: this process
   * waits before its next round, so that they look first.
   *
   * @returns whether it is left
   */
  leaveToNewer(row: SagaRow, run: Run, records: number): boolean {
    const isNewer = row.version > run.definition.version && !run.state.atRest;
    if (!isNewer || !this.#newer.isLeft(run, records)) return false;
    this.#warn(row, `is left to processes that know its version ${row.version}`);
    this.#leave(row);
    return true;
  }

  /** Leaves it to others, which are let look first. */
  #leave(row: SagaRow): void {
    this.#leftSome = true;
    this.claims.releaseUnstarted(row);
  }

  #warn(row: SagaRow, what: string): void {
    const fields = { saga: row.name, sagaId: row.id };
    report(this.logger, 'warn', `Saga ${shownRef(row)} ${what}`, fields);
  }

  #sayFailed(what: string, error: unknown): void {
    report(this.logger, 'error', what, { error: fullMessageOf(error) });
  }
}
