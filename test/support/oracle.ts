import type { SagaRecord } from 'nestjs-saga-orchestrator/core';
import { Ledger, type StepLedger } from './ledger.js';
import type { Plan, Trace, TraceEntry } from './trace.js';

/** What must never happen, and where the rule stands: an invariant or a rule of docs/semantics.md, by number. */
export const INVARIANTS = {
  'one-end': 'I1: two ends, or leaving one',
  'completed-means-done': 'I2: completed with a step not done',
  'compensated-means-undone': 'I3: compensated while a done or unknown step was not undone',
  'no-action-after-turn': 'I4: an action after the compensation began',
  'no-action-after-cancel': 'rule 13: an action after a cancel was asked for',
  'accepted-cancel-is-kept': 'rule 28c: a cancel that was accepted, and is no record',
  'reverse-order': 'I5: an undo before that of a step that was started later',
  'one-at-a-time': 'I5: two at once',
  'never-again': 'I6: an action after its done, an undo after its undone',
  'counted-once': 'I7: an effect counted twice',
  'net-effect': 'I7: an effect that stands after compensated, or is missing after completed',
  gapless: 'I8: a gap in seq, or an epoch that falls',
  'one-answer': 'I10: a caller told twice, or something else than the records',
  'attempt-limit': 'I11: more executions than attempts and crashes allow',
  'recovery-limit': 'I12: a recovery count over the limit without parking',
  'comes-to-rest': 'I13: neither at an end nor parked',
  'pivot-is-final': 'rule 12: an undo after the pivot was done',
  'probe-first': 'rule 5: repeated or undone without asking the probe',
  'no-blind-repeat': 'rule 25: a step that is not idempotent repeated in doubt',
  'every-undo-tried': 'rule 10: parked while an owed undo was never finally tried',
  'row-and-record':
    'T1: a row of a transactional step without its record, or a record without its row',
  'no-late-row': 'T2: a row by an earlier owner after a later one has taken the saga over',
  'halts-when-told': 'rule 10: a further undo after the retries of one are exhausted, with halt',
} as const;

export type Invariant = keyof typeof INVARIANTS;

export interface Violation {
  readonly invariant: Invariant;
  /** Index in the trace; its length for what is missing at the end. */
  readonly at: number;
  readonly what: string;
}

export interface OracleOptions {
  /** Take-overs without progress after which a saga must be parked. @default no limit */
  readonly recoveryLimit?: number;
  /** `false`: the trace may break off anywhere. @default true */
  readonly mustRest?: boolean;
}

const ENDS: ReadonlySet<string> = new Set(['completed', 'compensated']);

/** What may follow on a parked saga: what an operator or another process does. */
const LEAVES_PARKED: ReadonlySet<string> = new Set([
  'resumed',
  'recovered',
  'cancel-requested',
  'manual',
]);

/** What parks a saga in the middle of compensating. */
const CUTS_OFF: ReadonlySet<string> = new Set(['terminated', 'recovery-limit', 'unreadable']);

class Oracle {
  readonly violations: Violation[] = [];
  readonly #ledger: Ledger;
  #at = 0;
  #open: Extract<TraceEntry, { readonly kind: 'call' }> | undefined;
  #seq = 0;
  #epoch = 0;
  #answered: string | undefined;
  /** Cancels: where one was accepted first, and whether any ever became a record. */
  #acceptedAt: number | undefined;
  #isCancelled = false;

  constructor(
    plan: Plan,
    private readonly options: OracleOptions,
  ) {
    this.#ledger = new Ledger(plan);
  }

  judge(trace: Trace): readonly Violation[] {
    for (const entry of trace) {
      this.#see(entry);
      this.#at += 1;
    }
    this.#atTheEnd();
    return this.violations;
  }

  #forbid(wrong: boolean, invariant: Invariant, what: string): void {
    if (wrong) this.violations.push({ invariant, at: this.#at, what });
  }

  #see(entry: TraceEntry): void {
    switch (entry.kind) {
      case 'call':
        return this.#onCall(entry);
      case 'effect':
        return this.#onEffect(entry);
      case 'record':
        return this.#onRecord(entry);
      case 'answer':
        return this.#onAnswer(entry.status);
      case 'cancel-accepted':
        this.#acceptedAt ??= this.#at;
        return;
      case 'deploy':
        this.#ledger.plan = entry.plan;
        return;
      case 'handed-over':
        this.#ledger.handOver();
        return;
      case 'row':
        return this.#onRow(entry);
      case 'look':
        return this.#onLook();
      case 'return':
      case 'crash':
        this.#open = undefined;
    }
  }

  #onCall(call: Extract<TraceEntry, { readonly kind: 'call' }>): void {
    const what = `${call.direction} ${call.label}`;
    const { status } = this.#ledger;
    this.#forbid(this.#open !== undefined, 'one-at-a-time', what);
    this.#open = call;
    this.#forbid(ENDS.has(status) || status === 'parked', 'one-end', `${what} when ${status}`);
    const step = this.#ledger.step(call.label);
    if (call.direction === 'do') this.#onAction(step, what);
    if (call.direction === 'undo') this.#onUndo(step, what);
  }

  #onAction(step: StepLedger, what: string): void {
    const { status, cancelled, pivoted, resumes, recoveries } = this.#ledger;
    const planned = this.#ledger.planned(step.label);
    step.calls += 1;
    this.#forbid(status === 'compensating' || step.undone, 'no-action-after-turn', what);
    this.#forbid(cancelled && !pivoted, 'no-action-after-cancel', what);
    this.#forbid(step.done, 'never-again', what);
    this.#forbid(step.doubt === 'open' && planned?.canProbe === true, 'probe-first', what);
    const blind = step.doubt !== 'none' && planned?.idempotent === false;
    this.#forbid(blind, 'no-blind-repeat', what);
    const limit = (planned?.attempts ?? 0) * (1 + resumes) + recoveries;
    this.#forbid(step.calls > limit, 'attempt-limit', `${what}: ${step.calls} of ${limit}`);
  }

  #onUndo(step: StepLedger, what: string): void {
    const { pivoted, recoveries, steps } = this.#ledger;
    const planned = this.#ledger.planned(step.label);
    step.undoCalls += 1;
    this.#forbid(step.undone, 'never-again', what);
    this.#forbid(pivoted, 'pivot-is-final', what);
    this.#forbid(step.doubt === 'open' && planned?.canProbe === true, 'probe-first', what);
    const failed = this.#ledger.plan.haltsOnFailedUndo && steps.some((other) => other.undoFailed);
    this.#forbid(failed, 'halts-when-told', what);
    const later = steps.slice(steps.indexOf(step) + 1);
    const passed = later.find(
      (other) =>
        this.#ledger.owesUndo(other) &&
        !other.undoFailed &&
        this.#ledger.planned(other.label)?.canUndo === true,
    );
    this.#forbid(passed !== undefined, 'reverse-order', `${what} before undo ${passed?.label}`);
    const earlier = steps.slice(0, steps.indexOf(step)).find((other) => other.undoCalls > 0);
    this.#forbid(earlier !== undefined, 'reverse-order', `${what} after undo ${earlier?.label}`);
    const limit = (planned?.undoAttempts ?? 0) + recoveries;
    this.#forbid(step.undoCalls > limit, 'attempt-limit', `${what}: ${step.undoCalls} of ${limit}`);
  }

  #onEffect({ direction, label }: Extract<TraceEntry, { readonly kind: 'effect' }>): void {
    const step = this.#ledger.step(label);
    const idempotent = this.#ledger.planned(label)?.idempotent !== false;
    if (direction === 'undo') step.standing = 0;
    else step.standing = idempotent ? 1 : step.standing + 1;
    this.#forbid(step.standing > 1, 'counted-once', `do ${label}`);
  }

  #onRow({ direction, label, epoch }: Extract<TraceEntry, { readonly kind: 'row' }>): void {
    const what = `${direction} ${label} by owner ${epoch}, after ${this.#epoch}`;
    this.#forbid(epoch < this.#epoch, 'no-late-row', what);
    this.#ledger.step(label).rows[direction] += 1;
  }

  /** Each record that an attempt or an undo of such a step has succeeded has one row, and each row its record. */
  #onLook(): void {
    for (const { label, rows, recorded } of this.#ledger.steps) {
      for (const direction of ['do', 'undo'] as const) {
        const [seen, told] = [rows[direction], recorded[direction]];
        const isTransactional = this.#ledger.planned(label)?.transactional === true;
        const what = `${direction} ${label}: ${seen} rows, ${told} records`;
        this.#forbid(isTransactional && (seen !== told || seen > 1), 'row-and-record', what);
      }
    }
  }

  #onRecord({ record, seq, epoch }: Extract<TraceEntry, { readonly kind: 'record' }>): void {
    const { status } = this.#ledger;
    this.#forbid(ENDS.has(status), 'one-end', `${record.type} after ${status}`);
    const stays = status !== 'parked' || LEAVES_PARKED.has(record.type);
    this.#forbid(!stays, 'one-end', `${record.type} after parked`);
    if (seq !== undefined) {
      this.#forbid(seq !== this.#seq + 1, 'gapless', `seq ${seq} after ${this.#seq}`);
      this.#seq = seq;
    }
    if (epoch !== undefined) {
      this.#forbid(epoch < this.#epoch, 'gapless', `epoch ${epoch} after ${this.#epoch}`);
      this.#epoch = epoch;
    }
    this.#ledger.fold(record);
    this.#onStatus(record, status);
    const { recoveryLimit = Infinity } = this.options;
    const vain = this.#ledger.recoveriesInVain;
    const over = vain > recoveryLimit && !['recovered', 'parked'].includes(record.type);
    this.#forbid(over, 'recovery-limit', `${record.type} after ${vain} take-overs`);
    if (record.type === 'resumed') this.#answered = undefined;
    // A termination overrules a cancel.
    const isTerminated = record.type === 'manual' && record.act === 'terminate';
    if (record.type === 'cancel-requested' || isTerminated) this.#isCancelled = true;
  }

  #onStatus(record: SagaRecord, before: string): void {
    if (record.type === 'completed') return this.#onCompleted();
    if (record.type === 'compensated') return this.#onCompensated();
    const { haltsOnFailedUndo } = this.#ledger.plan;
    if (record.type !== 'parked' || before !== 'compensating' || haltsOnFailedUndo) return;
    if (CUTS_OFF.has(record.reason)) return;
    for (const step of this.#ledger.steps) {
      const canUndo = this.#ledger.planned(step.label)?.canUndo === true;
      const untried = canUndo && this.#ledger.owesUndo(step) && !step.undoFailed;
      this.#forbid(untried, 'every-undo-tried', step.label);
    }
  }

  #onCompleted(): void {
    for (const { label, retired } of this.#ledger.plan.steps.values()) {
      if (retired || this.#ledger.skipped.has(label)) continue;
      const step = this.#ledger.step(label);
      this.#forbid(!step.done, 'completed-means-done', label);
      this.#forbid(step.standing === 0, 'net-effect', `${label} is missing`);
    }
  }

  #onCompensated(): void {
    for (const step of this.#ledger.steps) {
      this.#forbid(this.#ledger.owesUndo(step), 'compensated-means-undone', step.label);
      const undoable = step.owesUndo || this.#ledger.planned(step.label)?.canUndo === true;
      this.#forbid(undoable && step.standing > 0, 'net-effect', `${step.label} stands`);
    }
  }

  #onAnswer(status: string): void {
    this.#forbid(this.#answered !== undefined, 'one-answer', `${status} and ${this.#answered}`);
    const known = this.#ledger.status;
    this.#forbid(status !== known, 'one-answer', `${status}, but the records say ${known}`);
    this.#answered = status;
  }

  #atTheEnd(): void {
    this.#onLook();
    const { status } = this.#ledger;
    const rests = ENDS.has(status) || status === 'parked';
    this.#forbid(!rests && this.options.mustRest !== false, 'comes-to-rest', `still ${status}`);
    const lost = this.#acceptedAt !== undefined && !this.#isCancelled;
    this.#forbid(lost && rests, 'accepted-cancel-is-kept', `it is ${status}`);
  }
}

/** What a trace breaks: nothing, for a saga that behaved. */
export function violationsOf(
  plan: Plan,
  trace: Trace,
  options: OracleOptions = {},
): readonly Violation[] {
  return new Oracle(plan, options).judge(trace);
}
