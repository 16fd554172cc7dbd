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
  /** The last batch; what comes next was said by it. */
  #last: Batch | undefined;
  #taking = false;
  /** Before the next effect: the last one came to no outcome. */
  #pauseMs = 0;

  constructor(
    private readonly saga: RestateRun,
    private readonly input: StartInput,
    private readonly codec: PayloadCodec,
    private readonly maxRecoveries: number,
  ) {}

  /** Names the next turn after what it does; the same in every replay, by whatever plan. */
  get name(): string {
    if (this.#last === undefined) return 'plan';
    return 'effect' in this.#last.next ? this.#last.next.effect : 'next';
  }

  /** Folds a turn that was taken before, or by another execution. */
  fold(batch: Batch): void {
    this.saga.records.replay(entriesOf(batch));
    this.#granted = batch.wishes;
    this.settle(batch);
  }

  /** The turn is durable. */
  settle(batch: Batch): void {
    this.#last = batch;
  }

  /** Whether a wish was heard that no turn has looked at: it came while the last one became durable. */
  get hasOpenWish(): boolean {
    return this.#granted < this.#wishes.length;
  }

  /** The pause that the last turn asked for is over, by Restate's clock: no wish has ended it. */
  get #hasWaited(): boolean {
    const next = this.#last?.next;
    return next !== undefined && 'wait' in next && next.wait > 0 && !this.hasOpenWish;
  }

  /** Hears a wish: at once when an action is in flight here, else with the next turn. */
  hear(wish: Wish): void {
    this.#wishes.push(wish);
    while (this.#taking && this.hasOpenWish) this.#grantNext(true);
  }

  /**
   * @throws what the run was stopped with, and SagaSerializationError for payloads of another codec,
   * which are left to a process that can read them: the turn was not taken.
   */
  async take(): Promise<TurnResult> {
    const { run, records } = this.saga;
    if (run.halt !== undefined && !run.state.atRest) throw run.halt.error;
    if (this.#last?.by !== this.#me) records.checkReadable();
    const waited = this.#hasWaited;
    this.#taking = true;
    this.#pauseMs = 0;
    try {
      if (this.#last === undefined) this.#begin();
      else await this.#carryOn(this.#last);
      return this.#result(announceNext(run, waited, this.#pauseMs));
    } finally {
      this.#taking = false;
    }
  }

  #begin(): void {
    const { run } = this.saga;
    const { resumeFrom, deadline } = this.input;
    if (resumeFrom !== undefined) deliver(run, { type: 'resume', from: resumeFrom });
    if (deadline !== null && deadline <= run.environment.clock.now()) {
      // Not heard, and so not counted: a replay folds what it led to.
      grant(run, { kind: 'cancel', by: 'deadline', reason: 'deadline' }, this.codec, false);
    }
    this.#grantNext(false);
  }

  async #carryOn({ by, next }: Batch): Promise<void> {
    const { run } = this.saga;
    const announced = 'effect' in next;
    const mine = by === this.#me;
    // The execution that announced the effect is gone: it may have begun.
    if (announced && !mine) this.#recover();
    // An effect of ours has not begun yet: a wish may still come before it.
    const changed = this.#grantNext(!announced || !mine);
    if (!announced || !mine || changed) return;
    try {
      await performAnnounced(run);
    } catch (error) {
      // Terminated while it was in flight: what it did is not recorded any more.
      if (run.state.status === 'parked' && isSagaError(error, 'SAGA_STATE')) return;
      if (run.halt?.when === 'now' || !isSagaError(error, 'SAGA_INTERRUPTED')) throw error;
      // It awaits another saga, which goes on. A process that shuts down has not failed it.
      this.#recover(run.halt !== undefined);
      const pauseMs = FIRST_PAUSE_MS * 2 ** Math.max(0, run.state.recoveries - 1);
      this.#pauseMs = Math.min(pauseMs, LAST_PAUSE_MS);
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

  #result(advance: Advance): TurnResult {
    const { run, records } = this.saga;
    const staged = records.takeStaged();
    const { name, version, fingerprint } = run.definition;
    const batch: Batch = {
      by: this.#me,
      records: staged.map(({ entry }) => packEntry(entry)),
      wishes: this.#granted,
      next: this.#next(advance),
      ...(this.#last === undefined ? { plan: { name, version, fingerprint } } : {}),
    };
    return { batch, staged };
  }

  #next(advance: Advance): Batch['next'] {
    switch (advance.next) {
      case 'effect':
        return { effect: advance.name };
      case 'wait':
        // Sleeps are whole, and a part of one is waited for as well.
        return { wait: Math.ceil(advance.ms) };
      case 'rest':
        return { rest: true };
    }
  }
}
