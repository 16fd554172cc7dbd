import {
  decide,
  evolve,
  SagaState,
  type Command,
  type SagaDefinition,
  type SagaRecord,
} from 'nestjs-saga-orchestrator/core';
import { intentOf, receive, type SagaSignal } from '../../lib/core/machine/index.js';
import { Participants } from './participants.js';
import { definitionOf, redefine, type RandomSaga } from './random-saga.js';
import { planOf, type Direction, type Plan, type TraceEntry } from './trace.js';

/** The machine, or a broken twin of it. */
export interface Machine {
  decide(definition: SagaDefinition, state: SagaState): Command;
  evolve(state: SagaState, record: SagaRecord): SagaState;
}

export const MACHINE: Machine = { decide, evolve };

export interface PureRun {
  readonly plan: Plan;
  readonly trace: readonly TraceEntry[];
  readonly records: readonly SagaRecord[];
  readonly state: SagaState;
  /** What of the random fates and faults has really come about. */
  readonly faults: ReadonlySet<string>;
}

type Effect = Exclude<Command, { readonly type: 'record' | 'stop' }>;

export const CANCEL_REASON = 'changed my mind';

/** More commands than any saga of six steps can need. */
const MOST_COMMANDS = 1_000;

/** Performs a random saga on the pure machine, in no time. */
class PureHost {
  readonly records: SagaRecord[] = [];
  state = new SagaState();
  #definition: SagaDefinition;
  #decisions = 0;
  #resumes = 0;
  #crashes = 0;
  #performed = 0;
  readonly #participants: Participants;

  constructor(
    private readonly machine: Machine,
    private readonly saga: RandomSaga,
  ) {
    this.#definition = definitionOf(saga);
    this.#participants = new Participants(saga.steps);
  }

  get trace(): TraceEntry[] {
    return this.#participants.trace;
  }

  run(): PureRun {
    const plan = planOf(this.#definition);
    for (let i = 0; i < MOST_COMMANDS; i++) {
      this.#disturb();
      const command = this.machine.decide(this.#definition, this.state);
      if (command.type === 'record') this.#note(command.record);
      else if (command.type !== 'stop') this.#perform(command);
      else if (!this.#resume()) break;
    }
    const { trace, records, state } = this;
    return { plan, trace, records, state, faults: this.#participants.met };
  }

  #note(record: SagaRecord): void {
    this.trace.push({ kind: 'record', record, seq: this.records.push(record) });
    this.machine.evolve(this.state, record);
  }

  /** What comes from outside, between two decisions. */
  #disturb(): void {
    const { cancel, crashes } = this.saga;
    if (this.state.atRest) return;
    if (cancel?.during === false && cancel.at === this.#decisions) this.#cancel('between');
    if (crashes.includes(this.#decisions)) this.#crash();
    this.#decisions += 1;
  }

  #cancel(when: string): void {
    this.#participants.met.add(`cancel ${when}`);
    this.#receive({ type: 'cancel', by: 'operator', reason: CANCEL_REASON });
  }

  /** The next process knows the records alone, and may bring another plan. */
  #crash(): void {
    this.trace.push({ kind: 'crash' });
    this.#participants.met.add('crash');
    this.state = this.records.reduce(this.machine.evolve, new SagaState());
    this.#deploy();
    this.#note({ type: 'recovered', owner: `process-${++this.#crashes}` });
  }

  #deploy(): void {
    const deployed = this.saga.deploys[this.#crashes];
    if (deployed === undefined || deployed.change === 'none') return;
    this.#participants.met.add(`deploy ${deployed.change}`);
    this.#definition = redefine(this.#definition, deployed);
    this.trace.push({ kind: 'deploy', plan: planOf(this.#definition) });
  }

  /** What is refused changes nothing. */
  #receive(signal: SagaSignal): void {
    const received = receive(this.#definition, this.state, signal);
    if ('records' in received) received.records.forEach((record) => this.#note(record));
  }

  #resume(): boolean {
    const { status, cause } = this.state;
    const open = this.state.steps.find((step) => step.phase !== 'done');
    const known =
      open !== undefined && this.#definition.forward.some((s) => s.label === open.label);
    if (status !== 'parked' || cause !== undefined || !known) return false;
    if (this.#resumes++ >= this.saga.resumes) return false;
    this.#receive({ type: 'resume', from: open.label });
    return true;
  }

  #perform(effect: Effect): void {
    const { label } = effect.step;
    if (effect.type === 'run') {
      this.#note(intentOf(effect.step, effect.attempt));
      this.#call('do', label, (aborted) => this.#act(effect, aborted));
    } else if (effect.type === 'undo') {
      this.#note({ type: 'undo-started', label, attempt: effect.attempt });
      this.#call('undo', label, () => this.#undo(label, effect.attempt));
    } else {
      this.#call('probe', label, () => this.#probe(label, effect.step.policy.pivot));
    }
  }

  /** `outcome` changes the world and gives the record of the call; `undefined`: its process died. */
  #call(
    direction: Direction,
    label: string,
    outcome: (aborted: boolean) => SagaRecord | undefined,
  ): void {
    this.trace.push({ kind: 'call', direction, label });
    const { cancel } = this.saga;
    const cancelled = cancel?.during === true && cancel.at === this.#performed;
    this.#performed += 1;
    if (cancelled) this.#cancel(`during ${direction}`);
    const record = outcome(cancelled && !this.state.pivoted);
    if (record === undefined) return this.#crash();
    this.trace.push({ kind: 'return', direction, label });
    this.#note(record);
  }

  #act({ step, attempt }: Effect & { readonly type: 'run' }, aborted: boolean) {
    const { label, policy } = step;
    const { pivot } = policy;
    const fate = this.#participants.do(label);
    const error = new Error(`${label}: ${fate}`);
    const failed = { type: 'failed', label, attempt, error, retryAt: 0 } as const;
    // What failed after it was told to stop may have stopped halfway.
    const outcome = aborted ? 'unknown' : 'not-done';
    switch (fate) {
      case 'crash-not-done':
      case 'crash-done':
        return undefined;
      case 'fails':
      case 'fails-for-good':
        return { ...failed, outcome, retryable: fate === 'fails' } as const;
      case 'lost-done':
      case 'lost-not-done':
        return { ...failed, outcome: 'unknown', retryable: true } as const;
      case 'unstorable':
        return {
          type: 'done',
          label,
          attempt,
          result: undefined,
          pivot,
          unstorable: error,
        } as const;
      default:
        return { type: 'done', label, attempt, result: `${label} done`, pivot } as const;
    }
  }

  #undo(label: string, attempt: number): SagaRecord | undefined {
    const fate = this.#participants.undo(label);
    if (fate === 'crash-done' || fate === 'crash-not-done') return undefined;
    if (fate === 'ok' || fate === 'already') return { type: 'undone', label, attempt };
    const error = new Error(`undo ${label}: ${fate}`);
    return { type: 'undo-failed', label, attempt, error, retryable: fate === 'fails', retryAt: 0 };
  }

  #probe(label: string, pivot: boolean): SagaRecord | undefined {
    const answer = this.#participants.probe(label);
    if (answer === 'crash') return undefined;
    const result = answer === 'done' ? `${label} found` : undefined;
    return { type: 'probed', label, answer, result, pivot };
  }
}

export function runPure(saga: RandomSaga, machine = MACHINE): PureRun {
  return new PureHost(machine, saga).run();
}
