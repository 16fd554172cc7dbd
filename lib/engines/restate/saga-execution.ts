import { randomUUID } from 'node:crypto';
import { isSagaError } from '../../core/index.js';
import {
  type Advance,
  announceNext,
  deliver,
  packEntry,
  performAnnounced,
  type StagedRecord,
  takeOverOf,
} from '../../core/engine/index.js';
import type { RestateRun } from './restate-run.js';
import { FIRST_TURN, type Turn, turnsAfter } from './turn.js';
import { entriesOf, type Batch, type StartInput, type SentSignal } from './wire.js';
import { applySignal } from './signals.js';

/** How long a saga waits after an effect without an outcome, before it begins that again, in ms. */
const FIRST_PAUSE_MS = 1_000;
const LAST_PAUSE_MS = 60_000;

export interface TurnResult {
  readonly batch: Batch;
  readonly staged: readonly StagedRecord[];
}

/**
 * One saga in one execution of its handler: folds the turns that Restate has of it, and takes those
 * that it has not.
 */
export class SagaExecution {
  readonly #me = randomUUID();
  readonly #signals: SentSignal[] = [];
  #applied = 0;
  /** The turns to be taken, and those that are being taken. */
  #due: readonly Turn[] = [FIRST_TURN];
  /** How many are being taken here. */
  #taking = 0;

  constructor(
    private readonly saga: RestateRun,
    private readonly input: StartInput,
    private readonly maxRecoveries: number,
  ) {}

  /**
   * The turns that are not settled: one for each effect in flight, else one that decides what comes
   * next.
   */
  get due(): readonly Turn[] {
    return this.#due;
  }

  /** Folds a turn that was taken before, or by another execution. */
  fold(turn: Turn, batch: Batch): void {
    this.saga.records.replay(entriesOf(batch));
    this.#applied = batch.signals;
    this.settle(turn, batch);
  }

  /** The turn is durable. */
  settle(turn: Turn, batch: Batch): void {
    this.#due = [...this.#due.filter((one) => one !== turn), ...turnsAfter(batch)];
  }

  /** Whether a signal was heard that no turn has looked at: it came while the last one became durable. */
  get hasOpenSignal(): boolean {
    return this.#applied < this.#signals.length;
  }

  /** The pause that the turn before asked for is over, by Restate's clock: no signal has ended it. */
  #hasWaited({ after }: Turn): boolean {
    const next = after?.next;
    return next !== undefined && 'wait' in next && next.wait > 0 && !this.hasOpenSignal;
  }

  /** Hears a signal: at once when an action is in flight here, else with the next turn. */
  hear(sent: SentSignal): void {
    this.#signals.push(sent);
    while (this.#taking > 0 && this.hasOpenSignal) this.#applyNext(true);
  }

  /**
   * @throws what the run was stopped with, and SagaSerializationError for payloads of another codec,
   * which are left to a process that can read them: the turn was not taken.
   */
  async take(turn: Turn): Promise<TurnResult> {
    const { run, records } = this.saga;
    if (run.stopped !== undefined && !run.state.atRest) throw run.stopped.error;
    if (turn.after?.by !== this.#me) records.checkReadable();
    const waited = this.#hasWaited(turn);
    this.#taking += 1;
    try {
      const pauseMs = turn.after === undefined ? this.#begin() : await this.#performNext(turn);
      return this.#result(turn, announceNext(run, waited, pauseMs));
    } finally {
      this.#taking -= 1;
    }
  }

  #begin(): number {
    const { run, records } = this.saga;
    const { resumeFrom, deadline } = this.input;
    if (resumeFrom !== undefined) deliver(run, { type: 'resume', from: resumeFrom });
    if (deadline !== null && deadline <= run.environment.clock.now()) {
      // No signal was received, and so none is counted: a replay folds what this led to.
      applySignal(
        run,
        { kind: 'cancel', by: 'deadline', reason: 'deadline' },
        records.codec,
        false,
      );
    }
    this.#applyNext(false);
    return 0;
  }

  /** @returns how long, in ms, the next effect has to wait: this one came to no outcome. */
  async #performNext({ after, effect }: Turn): Promise<number> {
    const { run } = this.saga;
    const mine = after?.by === this.#me;
    // Another execution has announced the effect, and is gone: the effect may have begun.
    if (effect !== undefined && !mine) this.#recover();
    // An effect that this execution has announced has not begun: a signal may still come before it.
    const changed = this.#applyNext(effect === undefined || !mine);
    if (effect === undefined || !mine || changed) return 0;
    try {
      await performAnnounced(run, effect);
      return 0;
    } catch (error) {
      // Terminated while it was in flight: what it did is not recorded any more.
      if (run.state.status === 'parked' && isSagaError(error, 'SAGA_STATE')) return 0;
      if (run.stopped?.when === 'now' || !isSagaError(error, 'SAGA_INTERRUPTED')) throw error;
      // The step awaits another saga, which goes on. That this process shuts down is no failure of the
      // step.
      this.#recover(run.stopped !== undefined);
      const pauseMs = FIRST_PAUSE_MS * 2 ** Math.max(0, run.state.recoveries - 1);
      return Math.min(pauseMs, LAST_PAUSE_MS);
    }
  }

  /** What was in flight is in doubt from now on. */
  #recover(orderly = false): void {
    const { run } = this.saga;
    const { maxRecoveries } = this;
    const about = { owner: this.#me, maxRecoveries, ...(orderly && { orderly }) };
    deliver(run, takeOverOf(run, about));
  }

  /**
   * Applies the open signals up to the first that changes what comes next; the others are applied once
   * that has been decided. A signal that is meant for a parked saga must not be applied before it is
   * parked.
   */
  #applyNext(begun: boolean): boolean {
    const { run, records } = this.saga;
    for (let sent = this.#signals[this.#applied]; sent !== undefined;) {
      this.#applied += 1;
      if (applySignal(run, sent, records.codec, begun)) return true;
      sent = this.#signals[this.#applied];
    }
    return false;
  }

  #result({ after }: Turn, advance: Advance): TurnResult {
    const { run, records } = this.saga;
    const staged = records.takeStaged();
    const { name, version, fingerprint } = run.definition;
    const batch: Batch = {
      by: this.#me,
      records: staged.map(({ entry }) => packEntry(entry)),
      signals: this.#applied,
      next: this.#next(advance),
      ...(after === undefined ? { plan: { name, version, fingerprint } } : {}),
    };
    return { batch, staged };
  }

  #next(advance: Advance): Batch['next'] {
    switch (advance.next) {
      case 'effects':
        return { effects: advance.effects };
      case 'wait':
        // Restate sleeps for whole milliseconds: a fraction is rounded up.
        return { wait: Math.ceil(advance.ms) };
      case 'rest':
        return { rest: true };
    }
  }
}
