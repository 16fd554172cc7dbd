import { randomUUID } from 'node:crypto';
import { isSagaError, type PayloadCodec } from '../../core/index.js';
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
import { entriesOf, type Batch, type StartInput, type Wish } from './wire.js';
import { grant } from './wishes.js';

/** How long a saga waits that came to no outcome at an effect, until it begins that again. */
const FIRST_PAUSE_MS = 1_000;
const LAST_PAUSE_MS = 60_000;

export interface TurnResult {
  readonly batch: Batch;
  readonly staged: readonly StagedRecord[];
}

/**
 * One saga in the hands of one execution of its handler: folds what Restate has of it, and takes the
 * turns that it has not.
 */
export class SagaExecution {
  readonly #me = randomUUID();
  readonly #wishes: Wish[] = [];
  #granted = 0;
  /** The turns to be taken, and those that are being taken. */
  #due: readonly Turn[] = [FIRST_TURN];
  /** How many are being taken here. */
  #taking = 0;

  constructor(
    private readonly saga: RestateRun,
    private readonly input: StartInput,
    private readonly codec: PayloadCodec,
    private readonly maxRecoveries: number,
  ) {}

  /** The turns that are not settled: one for each effect in flight, else one that looks what comes. */
  get due(): readonly Turn[] {
    return this.#due;
  }

  /** Folds a turn that was taken before, or by another execution. */
  fold(turn: Turn, batch: Batch): void {
    this.saga.records.replay(entriesOf(batch));
    this.#granted = batch.wishes;
    this.settle(turn, batch);
  }

  /** The turn is durable. */
  settle(turn: Turn, batch: Batch): void {
    this.#due = [...this.#due.filter((one) => one !== turn), ...turnsAfter(batch)];
  }

  /** Whether a wish was heard that no turn has looked at: it came while the last one became durable. */
  get hasOpenWish(): boolean {
    return this.#granted < this.#wishes.length;
  }

  /** The pause that the turn before asked for is over, by Restate's clock: no wish has ended it. */
  #hasWaited({ after }: Turn): boolean {
    const next = after?.next;
    return next !== undefined && 'wait' in next && next.wait > 0 && !this.hasOpenWish;
  }

  /** Hears a wish: at once when an action is in flight here, else with the next turn. */
  hear(wish: Wish): void {
    this.#wishes.push(wish);
    while (this.#taking > 0 && this.hasOpenWish) this.#grantNext(true);
  }

  /**
   * @throws what the run was stopped with, and SagaSerializationError for payloads of another codec,
   * which are left to a process that can read them: the turn was not taken.
   */
  async take(turn: Turn): Promise<TurnResult> {
    const { run, records } = this.saga;
    if (run.halt !== undefined && !run.state.atRest) throw run.halt.error;
    if (turn.after?.by !== this.#me) records.checkReadable();
    const waited = this.#hasWaited(turn);
    this.#taking += 1;
    try {
      const pauseMs = turn.after === undefined ? this.#begin() : await this.#carryOn(turn);
      return this.#result(turn, announceNext(run, waited, pauseMs));
    } finally {
      this.#taking -= 1;
    }
  }

  #begin(): number {
    const { run } = this.saga;
    const { resumeFrom, deadline } = this.input;
    if (resumeFrom !== undefined) deliver(run, { type: 'resume', from: resumeFrom });
    if (deadline !== null && deadline <= run.environment.clock.now()) {
      // Not heard, and so not counted: a replay folds what it led to.
      grant(run, { kind: 'cancel', by: 'deadline', reason: 'deadline' }, this.codec, false);
    }
    this.#grantNext(false);
    return 0;
  }

  /** @returns how long, in ms, the next effect has to wait: this one came to no outcome. */
  async #carryOn({ after, effect }: Turn): Promise<number> {
    const { run } = this.saga;
    const mine = after?.by === this.#me;
    // The execution that announced the effect is gone: it may have begun.
    if (effect !== undefined && !mine) this.#recover();
    // An effect of ours has not begun yet: a wish may still come before it.
    const changed = this.#grantNext(effect === undefined || !mine);
    if (effect === undefined || !mine || changed) return 0;
    try {
      await performAnnounced(run, effect);
      return 0;
    } catch (error) {
      // Terminated while it was in flight: what it did is not recorded any more.
      if (run.state.status === 'parked' && isSagaError(error, 'SAGA_STATE')) return 0;
      if (run.halt?.when === 'now' || !isSagaError(error, 'SAGA_INTERRUPTED')) throw error;
      // It awaits another saga, which goes on. A process that shuts down has not failed it.
      this.#recover(run.halt !== undefined);
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
   * Looks at the open wishes up to the first that changes what comes next: the others are looked at
   * when that has been decided. One that finds the saga parked must not find it on its way there.
   */
  #grantNext(begun: boolean): boolean {
    for (let wish = this.#wishes[this.#granted]; wish !== undefined;) {
      this.#granted += 1;
      if (grant(this.saga.run, wish, this.codec, begun)) return true;
      wish = this.#wishes[this.#granted];
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
      wishes: this.#granted,
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
        // Sleeps are whole, and a part of one is waited for as well.
        return { wait: Math.ceil(advance.ms) };
      case 'rest':
        return { rest: true };
    }
  }
}
