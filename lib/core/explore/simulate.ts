import type { SagaDefinition, StepDefinition, StepOutcome } from '../definition/index.js';
import {
  decide,
  evolve,
  intentOf,
  receive,
  SagaState,
  type Command,
  type ParkReason,
  type SagaRecord,
  type SagaSignal,
  type SagaStatus,
} from '../machine/index.js';

/** What goes wrong in a simulated saga. */
export interface SimulatedFault {
  /** The label of the step. */
  readonly label: string;
  /** Which of its calls; a probe is asked after a step in doubt. @default 'do' */
  readonly direction?: 'do' | 'undo' | 'probe';
  /**
   * - `fails`: a clean failure, nothing took place; the policy may try again
   * - `says-no`: a clean failure that no further try can mend
   * - `answer-lost`: it took place, and its answer was lost
   * - `crash`: it took place, and its process died before that was recorded
   * - `cancel`: the saga is cancelled while it is at work; it took place
   *
   * Of a transactional step a crash and a cancel leave nothing, and a lost answer is settled: it took place.
   */
  readonly kind: 'fails' | 'says-no' | 'answer-lost' | 'crash' | 'cancel';
  /** How many of the calls it strikes, from the first one on. @default 1 */
  readonly times?: number;
}

/** How a simulated saga ended. */
export interface Simulation {
  readonly status: SagaStatus;
  readonly parkReason: ParkReason | undefined;
  /** In order: `'Reserve'`, `'probe Reserve'`, `'undo Reserve'`. */
  readonly calls: readonly string[];
  /** Steps whose effect was undone, in order. */
  readonly undone: readonly string[];
  /** Steps whose effect stands at the end, in order of their start. */
  readonly standing: readonly string[];
}

/** The default of engines. */
const MAX_RECOVERIES = 5;

type Effect = Exclude<Command, { readonly type: 'record' | 'stop' }>;
type Direction = NonNullable<SimulatedFault['direction']>;

const DIRECTIONS = { run: 'do', undo: 'undo', probe: 'probe' } as const;
const CALL_NAMES: Readonly<Record<Direction, string>> = { do: '', undo: 'undo ', probe: 'probe ' };

/** Plays one saga on the pure machine, without a clock: every pause is over at once. */
class SimulatedSaga {
  readonly calls: string[] = [];
  readonly undone: string[] = [];
  readonly state = new SagaState();
  readonly #world = new Set<string>();
  readonly #struck = new Map<SimulatedFault, number>();
  #processes = 0;

  constructor(
    private readonly definition: SagaDefinition,
    private readonly faults: readonly SimulatedFault[],
  ) {}

  play(): Simulation {
    for (let command = this.#next(); command.type !== 'stop'; command = this.#next()) {
      if (command.type === 'record') this.#note(command.record);
      else this.#perform(command);
    }
    const { calls, undone, state } = this;
    const standing = state.steps.map(({ label }) => label).filter((one) => this.#world.has(one));
    return { status: state.status, parkReason: state.parked?.reason, calls, undone, standing };
  }

  #next(): Command {
    return decide(this.definition, this.state);
  }

  #note(record: SagaRecord): void {
    evolve(this.state, record);
  }

  #receive(signal: SagaSignal): void {
    const received = receive(this.definition, this.state, signal);
    if ('records' in received) received.records.forEach((record) => this.#note(record));
  }

  /** Its records are stored with its effect, or neither is. */
  #performInTransaction(effect: Exclude<Effect, { readonly type: 'probe' }>): void {
    const { step, attempt } = effect;
    const direction = DIRECTIONS[effect.type];
    this.calls.push(`${CALL_NAMES[direction]}${step.label}`);
    const kind = this.#strike(step.label, direction);
    if (kind === 'crash') return this.#takeOver();
    if (kind === 'cancel' && effect.type === 'run') return this.#cancel();
    const isClean = kind === 'fails' || kind === 'says-no';
    if (!isClean) this.#takesPlace(step.label, direction);
    if (kind === 'cancel') this.#cancel();
    this.#noteIntent(effect.type, step, attempt);
    this.#note(this.#outcome(effect, isClean ? kind : undefined));
  }

  #cancel(): void {
    this.#receive({ type: 'cancel', by: 'operator', reason: 'simulated' });
  }

  #noteIntent(type: 'run' | 'undo', step: StepDefinition, attempt: number): void {
    const { label } = step;
    this.#note(type === 'run' ? intentOf(step, attempt) : { type: 'undo-started', label, attempt });
  }

  #perform(effect: Effect): void {
    const { step } = effect;
    if (step.policy.transaction && effect.type !== 'probe') {
      return this.#performInTransaction(effect);
    }
    const direction = DIRECTIONS[effect.type];
    if (effect.type !== 'probe') this.#noteIntent(effect.type, step, effect.attempt);
    this.calls.push(`${CALL_NAMES[direction]}${step.label}`);
    const kind = this.#strike(step.label, direction);
    if (kind !== 'fails' && kind !== 'says-no') this.#takesPlace(step.label, direction);
    if (kind === 'crash') this.#takeOver();
    else this.#note(this.#outcome(effect, kind));
  }

  #takeOver(): void {
    const owner = `process ${++this.#processes}`;
    this.#receive({ type: 'take-over', owner, maxRecoveries: MAX_RECOVERIES });
  }

  #strike(label: string, direction: Direction): SimulatedFault['kind'] | undefined {
    const fault = this.faults.find((one) => {
      const isHere = one.label === label && (one.direction ?? 'do') === direction;
      return isHere && (this.#struck.get(one) ?? 0) < (one.times ?? 1);
    });
    if (fault === undefined) return undefined;
    this.#struck.set(fault, (this.#struck.get(fault) ?? 0) + 1);
    return fault.kind;
  }

  #takesPlace(label: string, direction: Direction): void {
    if (direction === 'do') this.#world.add(label);
    if (direction === 'undo' && this.#world.delete(label)) this.undone.push(label);
  }

  #outcome(effect: Effect, kind: SimulatedFault['kind'] | undefined): SagaRecord {
    const { step } = effect;
    if (effect.type === 'probe') return this.#answer(step, kind);
    const { label } = step;
    const { attempt } = effect;
    if (kind === 'cancel') this.#cancel();
    if (kind === undefined || (kind === 'cancel' && effect.type === 'undo')) {
      if (effect.type === 'undo') return { type: 'undone', label, attempt };
      return { type: 'done', label, attempt, result: undefined, pivot: step.policy.pivot };
    }
    const error = new Error(`'${label}' was made to fail (${kind})`);
    const failure = { label, attempt, error, retryable: kind !== 'says-no' };
    if (effect.type === 'undo') return { type: 'undo-failed', ...failure };
    const isClean = kind === 'fails' || kind === 'says-no';
    return { type: 'failed', outcome: isClean ? 'not-done' : 'unknown', ...failure };
  }

  /** A probe without a fault tells the truth. */
  #answer({ label, policy }: StepDefinition, kind: SimulatedFault['kind'] | undefined): SagaRecord {
    const truth: StepOutcome = this.#world.has(label) ? 'done' : 'not-done';
    const answer = kind === undefined ? truth : 'unknown';
    return { type: 'probed', label, answer, result: undefined, pivot: policy.pivot };
  }
}

/**
 * What becomes of a saga when exactly these faults strike it: the pure machine decides, nothing of the
 * saga's own code is called. Faults of one call strike in the order in which they are given.
 */
export function simulate(
  definition: SagaDefinition,
  faults: readonly SimulatedFault[] = [],
): Simulation {
  return new SimulatedSaga(definition, faults).play();
}
