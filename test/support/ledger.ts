import type { OwedUndo, SagaRecord } from 'nestjs-saga-orchestrator/core';
import type { Plan, PlannedStep } from './trace.js';

/** What the records say of one step, read on their own: not by the machine that is being judged. */
export interface StepLedger {
  readonly label: string;
  inFlight: boolean;
  done: boolean;
  /** Some attempt may have taken effect, and nothing has settled that. */
  doubt: 'none' | 'open' | 'asked';
  /** It was promised an undo when it started. */
  owesUndo: OwedUndo;
  undone: boolean;
  undoInFlight: boolean;
  /** Its undo has used all of its attempts. */
  undoFailed: boolean;
  calls: number;
  undoCalls: number;
  /** How often its effect stands in the world, once per idempotency key when it is idempotent. */
  standing: number;
  /** Of a transactional step: what it has committed, and how often its records say that it has. */
  readonly rows: { do: number; undo: number };
  readonly recorded: { do: number; undo: number };
}

function newStep(label: string): StepLedger {
  return {
    label,
    inFlight: false,
    done: false,
    doubt: 'none',
    owesUndo: false,
    undone: false,
    undoInFlight: false,
    undoFailed: false,
    calls: 0,
    undoCalls: 0,
    standing: 0,
    rows: { do: 0, undo: 0 },
    recorded: { do: 0, undo: 0 },
  };
}

/** What is known of a saga from its records alone. */
export class Ledger {
  /** In order of their start. */
  readonly steps: StepLedger[] = [];
  readonly skipped = new Set<string>();
  status: 'running' | 'compensating' | 'completed' | 'compensated' | 'parked' = 'running';
  cancelled = false;
  pivoted = false;
  resumes = 0;
  recoveries = 0;
  /** Take-overs since the last progress. */
  recoveriesInVain = 0;
  #turned = false;

  constructor(public plan: Plan) {}

  planned(label: string): PlannedStep | undefined {
    return this.plan.steps.get(label);
  }

  step(label: string): StepLedger {
    const known = this.steps.find((step) => step.label === label);
    if (known !== undefined) return known;
    const step = newStep(label);
    this.steps.push(step);
    return step;
  }

  /** Whether its undo has to run before the saga may be called compensated. */
  owesUndo(step: StepLedger): boolean {
    const planned = this.planned(step.label);
    const whenAttempted = step.owesUndo === 'attempted' || planned?.undoneWhenAttempted === true;
    const isDue = step.done || step.doubt !== 'none' || whenAttempted;
    return isDue && !step.undone && (step.owesUndo !== false || planned?.canUndo === true);
  }

  fold(record: SagaRecord): void {
    switch (record.type) {
      case 'started':
        Object.assign(this.step(record.label), { inFlight: true, owesUndo: record.owesUndo });
        return;
      case 'done':
        this.step(record.label).recorded.do += 1;
        this.#settle(record.label, true, record.pivot);
        return;
      case 'failed':
        this.#fail(record);
        return;
      case 'probed':
        this.#probed(record);
        return;
      case 'undo-started':
        this.step(record.label).undoInFlight = true;
        return;
      case 'undone':
        this.step(record.label).recorded.undo += 1;
        Object.assign(this.step(record.label), { undone: true, undoInFlight: false });
        this.recoveriesInVain = 0;
        return;
      case 'undo-failed':
        this.#undoFailed(record);
        return;
      case 'recovered':
        this.#recover();
        return;
      case 'resumed':
        this.#resume(record.skip);
        return;
      case 'cancel-requested':
        // Another direction, and all take-overs again: once, however often it is asked for.
        if (!this.cancelled || this.status === 'parked') this.recoveriesInVain = 0;
        this.cancelled = true;
        // Parked on its way forward: it compensates instead.
        if (this.status === 'parked' && !this.pivoted) this.status = 'running';
        return;
      case 'manual':
        this.#byHand(record);
        return;
      case 'accepted':
        return;
      default:
        this.status = record.type;
        if (record.type === 'compensating') this.#turned = true;
    }
  }

  /** The take-over by the process that hands it over is none that was in vain. */
  handOver(): void {
    this.recoveriesInVain = Math.max(this.recoveriesInVain - 1, 0);
  }

  #byHand(record: Extract<SagaRecord, { readonly type: 'manual' }>): void {
    this.recoveriesInVain = 0;
    if (record.act === 'terminate') {
      this.status = 'parked';
      return;
    }
    if (record.act === 'mark-not-done') return this.#settle(record.label, false, false);
    this.status = this.#turned ? 'compensating' : 'running';
    if (record.act === 'mark-done') this.#settle(record.label, true, record.pivot);
    if (record.act === 'mark-compensated') this.step(record.label).undone = true;
    if (record.act !== 'retry-compensation') return;
    // A new round of compensating: all of its attempts, and its order, begin anew.
    for (const step of this.steps) Object.assign(step, { undoFailed: false, undoCalls: 0 });
  }

  #settle(label: string, done: boolean, pivot: boolean): void {
    Object.assign(this.step(label), { inFlight: false, done, doubt: 'none' });
    if (done && pivot) this.pivoted = true;
    this.recoveriesInVain = 0;
  }

  #fail({ label, outcome }: Extract<SagaRecord, { readonly type: 'failed' }>): void {
    const step = this.step(label);
    step.inFlight = false;
    if (outcome === 'unknown') step.doubt = 'open';
    this.recoveriesInVain = 0;
  }

  #probed({ label, answer, pivot }: Extract<SagaRecord, { readonly type: 'probed' }>): void {
    if (answer === 'unknown') this.step(label).doubt = 'asked';
    else this.#settle(label, answer === 'done', pivot);
  }

  #undoFailed(record: Extract<SagaRecord, { readonly type: 'undo-failed' }>): void {
    const step = this.step(record.label);
    step.undoInFlight = false;
    const attempts = this.planned(record.label)?.undoAttempts ?? 1;
    step.undoFailed = !record.retryable || record.attempt >= attempts;
    this.recoveriesInVain = 0;
  }

  #recover(): void {
    this.recoveries += 1;
    this.recoveriesInVain += 1;
    for (const step of this.steps) {
      if (step.inFlight) step.doubt = 'open';
      step.inFlight = false;
      step.undoInFlight = false;
    }
  }

  #resume(skip: readonly string[]): void {
    for (const label of skip) this.skipped.add(label);
    this.status = 'running';
    this.cancelled = false;
    this.resumes += 1;
    this.recoveriesInVain = 0;
    for (const step of this.steps) if (step.doubt === 'asked') step.doubt = 'open';
  }
}
