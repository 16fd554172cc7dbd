import type { ParkReason, TurnCause } from './saga-record.js';
import type { StepState } from './step-state.js';

/** Where a saga is. `completed`, `compensated` and `parked` are where it rests. */
export type SagaStatus = (typeof SAGA_STATUSES)[number];

export const SAGA_STATUSES = [
  'running',
  'compensating',
  'completed',
  'compensated',
  'parked',
] as const;

/** How often the probe of a step in doubt was asked, and when, in ms since the epoch, it is again. */
interface Question {
  readonly asked: number;
  readonly notBefore: number;
}

/** What most sagas never come to. */
class Unusual {
  pivoted = false;
  skipped: readonly string[] = NONE;
  cancel: { readonly by: 'operator' | 'deadline'; readonly reason: string } | undefined = undefined;
  cause: TurnCause | undefined = undefined;
  parked: { readonly reason: ParkReason; readonly label?: string } | undefined = undefined;
  inherited = false;
  recoveries = 0;
  questions: Map<string, Question> | undefined = undefined;
  /** The step that was started first of those that are open; `undefined`: only the last one may be. */
  oldest: StepState | undefined = undefined;
  /** Where compensation stands: the step whose undo was begun last. What started later is settled. */
  back: StepState | undefined = undefined;
  /** The steps by label, where they are many. */
  byLabel: Map<string, StepState> | undefined = undefined;
}

/** So many are searched through as fast as a map is. */
const FEW = 16;

const NONE: readonly string[] = [];
const USUAL: Unusual = Object.freeze(new Unusual());

/**
 * All that is known of a saga: the fold of its records. Owned by one host, changed by `evolve`.
 * Small, because every waiting saga keeps one: what most never come to is made when it comes.
 */
export class SagaState {
  status: SagaStatus = 'running';
  /** The step that was started last. Linked, not listed: a list of three wastes room for sixteen. */
  last: StepState | undefined = undefined;
  /** How many steps were started. */
  started = 0;
  private unusual: Unusual = USUAL;

  /** A pivot step is done: nothing is compensated any more. */
  get pivoted(): boolean {
    return this.unusual.pivoted;
  }

  /** Labels that a resume passed over without a record. */
  get skipped(): readonly string[] {
    return this.unusual.skipped;
  }

  get cancel(): Unusual['cancel'] {
    return this.unusual.cancel;
  }

  get cause(): TurnCause | undefined {
    return this.unusual.cause;
  }

  get parked(): Unusual['parked'] {
    return this.unusual.parked;
  }

  /** Another process began it, perhaps with another version of its definition. */
  get inherited(): boolean {
    return this.unusual.inherited;
  }

  /** Take-overs since the last progress. */
  get recoveries(): number {
    return this.unusual.recoveries;
  }

  /** Where the search for the next undo begins; `undefined`: at the step that was started last. */
  get back(): StepState | undefined {
    return this.unusual.back;
  }

  /** Whether and when the probe of that step waits to be asked. */
  question(label: string): Question | undefined {
    return this.unusual.questions?.get(label);
  }

  /** For `evolve` alone. */
  set(change: Partial<Omit<Unusual, 'byLabel' | 'oldest' | 'questions'>>): void {
    Object.assign(this.need(), change);
  }

  /** For `evolve` alone: another step has started after that one. */
  startedAfter(before: StepState): void {
    if (this.unusual.oldest !== undefined) this.need().oldest = this.firstOpen;
    else if (!before.isSettled) this.need().oldest = before;
  }

  /** For `evolve` alone: when the probe of a step in doubt may be asked. */
  ask(label: string, asked: number, notBefore: number | undefined): void {
    if (notBefore === undefined) {
      this.unusual.questions?.delete(label);
      return;
    }
    const { questions } = this.need();
    if (questions === undefined) this.need().questions = new Map([[label, { asked, notBefore }]]);
    else questions.set(label, { asked, notBefore });
  }

  /** The steps that were started and are not settled, in order of their start. */
  get open(): readonly StepState[] {
    const { last } = this;
    const { oldest = last } = this.unusual;
    const open: StepState[] = [];
    for (let step = last; step !== undefined; step = step === oldest ? undefined : step.previous) {
      if (!step.isSettled) open.push(step);
    }
    return open.reverse();
  }

  /** The one that was started first. Makes no list: it is asked for at every step. */
  get firstOpen(): StepState | undefined {
    const { last } = this;
    if (this.unusual.oldest !== undefined) return this.open[0];
    return last === undefined || last.isSettled ? undefined : last;
  }

  /** Those of which an attempt has begun, and nothing is known of how it ended. */
  get inFlight(): readonly StepState[] {
    return this.open.filter(({ phase }) => phase === 'started');
  }

  /** The steps that were started, in order of their start. */
  get steps(): readonly StepState[] {
    const steps: StepState[] = [];
    for (let step = this.last; step !== undefined; step = step.previous) steps.push(step);
    return steps.reverse();
  }

  step(label: string): StepState | undefined {
    let step = this.last;
    if (this.started > FEW) return this.indexed(step).get(label);
    while (step !== undefined && step.label !== label) step = step.previous;
    return step;
  }

  /** Whether nothing more happens by itself. */
  get atRest(): boolean {
    return this.status !== 'running' && this.status !== 'compensating';
  }

  private need(): Unusual {
    if (this.unusual === USUAL) this.unusual = new Unusual();
    return this.unusual;
  }

  /** With what was started since it was last asked for. */
  private indexed(last: StepState | undefined): ReadonlyMap<string, StepState> {
    const byLabel = (this.need().byLabel ??= new Map<string, StepState>());
    for (let step = last; step !== undefined && !byLabel.has(step.label); step = step.previous) {
      byLabel.set(step.label, step);
    }
    return byLabel;
  }
}
