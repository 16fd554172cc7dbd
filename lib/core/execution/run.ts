import {
  sagaJson,
  type ISagaRunContext,
  type ResultsByLabel,
  type SagaDefinition,
  type SagaJson,
} from '../definition/index.js';
import { SagaCancelledError } from '../errors/index.js';
import { evolve, SagaState, type SagaRecord } from '../machine/index.js';
import type { SagaLogger } from '../ports/index.js';
import { abortActions, type Attempts, stopAll, withAttempt, withoutAttempt } from './attempts.js';
import type { LateEffect } from './late-effect.js';
import { tellRecord } from './observers.js';
import type { RunEnvironment } from './run-environment.js';
import { NO_HEADERS, type RunOrigin, type SagaHeaders } from './run-origin.js';
import type { AttemptInFlight, RunPersistence } from './run-persistence.js';
import { type Due, type Stop, NO_LATE, paused, type Rare, type Unsettled } from './run-rarities.js';

/**
 * Is told of every record once it stands (with a journal: once it is durable). Nobody waits for it; what
 * it throws or rejects with is logged, and changes nothing.
 */
export interface RunObserver {
  onRecord(run: Run, record: SagaRecord, at: number): void;
  /**
   * Of something that only this process knows, and no journal keeps: the saga may be at rest by now, or
   * driven by another process.
   */
  onLateEffect?(run: Run, effect: LateEffect, at: number): void;
}

/** One saga as this process drives it: its plan, its state, and what is in flight. */
export class Run implements ISagaRunContext<unknown> {
  state = new SagaState();
  observers: readonly RunObserver[] | undefined = undefined;
  persistence: RunPersistence | undefined = undefined;
  origin: RunOrigin | undefined = undefined;
  /** Whether `drive` is at work on it. */
  driving = false;
  /** Rejects for those who wait for its end, at once, whatever comes of the user code in flight. */
  abandon: ((error: Error) => void) | undefined = undefined;
  #attempts: Attempts = undefined;
  #rare: Rare | undefined = undefined;
  #context: unknown;
  #id: string | undefined;

  constructor(
    readonly definition: SagaDefinition,
    context: unknown,
    readonly environment: RunEnvironment,
    readonly logger: SagaLogger,
    id?: string,
  ) {
    this.#context = context;
    this.#id = id;
  }

  /** Nobody is told of its records, and so far nothing came in between. */
  get isPlain(): boolean {
    return (
      this.observers === undefined && this.persistence === undefined && this.#rare === undefined
    );
  }

  get stopped(): Stop | undefined {
    return this.#rare?.stop;
  }

  /** Timed-out attempts that have not settled yet. */
  get unsettled(): readonly Unsettled[] {
    return this.#rare?.unsettled ?? NO_LATE;
  }

  set unsettled(late: readonly Unsettled[]) {
    this.need().unsettled = late;
  }

  /** When the last back-off ends. */
  get due(): Due | undefined {
    return this.#rare?.due;
  }

  set due(due: Due) {
    this.need().due = due;
  }

  /** Errors as they were thrown, by the form in which the journal keeps them. */
  get originals(): Map<unknown, unknown> {
    return (this.need().originals ??= new Map());
  }

  get sagaId(): string {
    return (this.#id ??= this.environment.ids());
  }

  get sagaName(): string {
    return this.definition.name;
  }

  /** What it was started with beside its data, also in another process. */
  get headers(): SagaHeaders {
    return this.origin?.headers ?? NO_HEADERS;
  }

  /** When the saga was started, in ms since the epoch, also in another process. */
  get createdAt(): number {
    this.origin ??= { headers: NO_HEADERS, createdAt: this.environment.clock.now() };
    return this.origin.createdAt;
  }

  get context(): unknown {
    return this.persistence === undefined ? this.#context : this.persistence.readContext();
  }

  get isSuccess(): boolean {
    return this.state.status === 'completed';
  }

  /** Bound when it is read, so that it may be taken out. */
  get getStepResult(): ResultsByLabel<object> {
    return (name: string) => this.resultOf(name);
  }

  resultOf(name: string): unknown {
    const label = this.definition.labelOf(name);
    if (this.persistence === undefined) return this.state.step(label)?.result;
    return this.persistence.readResult(label);
  }

  toJSON(): SagaJson {
    return sagaJson(this);
  }

  /** Folds a record in, and passes it on: to the journal when there is one, to the observers. */
  note(record: SagaRecord, attempt?: AttemptInFlight): void {
    if (this.persistence !== undefined) {
      evolve(this.state, this.persistence.stage(record, attempt));
      return;
    }
    evolve(this.state, record);
    if (this.observers !== undefined) this.publish(record, this.environment.clock.now());
  }

  publish(record: SagaRecord, at: number): void {
    if (this.observers !== undefined) tellRecord(this, this.observers, record, at);
  }

  /** Whether a call of user code is in flight, or its intent on its way to the journal. */
  get isAtWork(): boolean {
    return this.#attempts !== undefined;
  }

  /** From here on, until {@link ended}, it is aborted and stopped with its run. */
  began(attempt: AttemptInFlight): void {
    const others = this.#attempts;
    this.#attempts = others === undefined ? attempt : withAttempt(others, attempt);
  }

  ended(attempt: AttemptInFlight): void {
    const all = this.#attempts;
    this.#attempts = all === attempt ? undefined : withoutAttempt(all, attempt);
  }

  /** Whether it waits for a time to come, and nothing of it is at work. */
  get isPaused(): boolean {
    return this.#rare?.wake !== undefined;
  }

  /** Waits `ms`, or until {@link cancelActions}, {@link stop} or `sooner` has changed what comes next. */
  pause(ms: number, sooner?: Promise<void>): Promise<void> {
    return paused(this.need(), this.environment.clock, ms, sooner);
  }

  /** Aborts the actions in flight; an undo is never aborted by a cancel. */
  cancelActions(reason: string, by: 'operator' | 'deadline'): void {
    abortActions(this.#attempts, new SagaCancelledError(reason, by));
    this.#rare?.wake?.();
  }

  /** Stops the work of this process on the saga, without an outcome. */
  stop(error: Error, when: Stop['when']): void {
    if (this.stopped?.when === 'now') return;
    this.need().stop = { error, when };
    if (when === 'now') stopAll(this.#attempts, error);
    this.#rare?.wake?.();
  }

  /** Revokes a stop: a saga that was terminated here goes on here. */
  unstop(): void {
    if (this.#rare !== undefined) this.#rare.stop = undefined;
  }

  private need(): Rare {
    return (this.#rare ??= {});
  }
}
