import type { StepOutcome } from '../definition/index.js';
import type { ParkReason, TurnCause } from './saga-record.js';

/** Where a saga is. `completed`, `compensated` and `parked` are where it rests. */
export type SagaStatus = 'running' | 'compensating' | 'completed' | 'compensated' | 'parked';

/**
 * Where one direction of a step stands. `started`: in flight. `interrupted`: was in flight when its
 * process went. `failed`: this attempt failed, the policy says what follows.
 */
export type AttemptPhase = 'started' | 'interrupted' | 'failed' | 'done';

/** What is known of one undo. */
export class UndoState {
  phase: AttemptPhase = 'started';
  retryable = true;
  retryAt = 0;
  error: unknown = undefined;

  constructor(public attempt: number) {}
}

/** What is known of one step that was started. */
export class StepState {
  phase: AttemptPhase = 'started';
  /** Some attempt may have taken effect, and nothing has settled that since. */
  doubtful = false;
  /** The probe has been asked since the doubt arose. */
  probed = false;
  /** It was started by a definition that could undo it. */
  owesUndo = false;
  retryable = true;
  retryAt = 0;
  result: unknown = undefined;
  error: unknown = undefined;
  undo: UndoState | undefined = undefined;

  constructor(
    readonly label: string,
    /** The last attempt that was started, from 1. */
    public attempt: number,
  ) {}

  /** What is known of the effect. A step that may have happened counts as `unknown`. */
  get outcome(): StepOutcome {
    if (this.phase === 'done') return 'done';
    return this.doubtful || this.phase === 'started' ? 'unknown' : 'not-done';
  }
}

/** All that is known of a saga: the fold of its records. Owned by one host, changed by `evolve`. */
export class SagaState {
  status: SagaStatus = 'running';
  /** In order of their start. */
  readonly steps: StepState[] = [];
  /** A pivot step is done: there is no way back. */
  pivoted = false;
  /** Labels that a resume passed over without a record. */
  skipped: readonly string[] = NONE;
  cancel: { readonly by: 'operator' | 'deadline'; readonly reason: string } | undefined = undefined;
  cause: TurnCause | undefined = undefined;
  parked: { readonly reason: ParkReason; readonly label?: string } | undefined = undefined;
  /** Take-overs since the last progress. */
  recoveries = 0;

  step(label: string): StepState | undefined {
    for (const step of this.steps) if (step.label === label) return step;
    return undefined;
  }

  /** Whether nothing more happens by itself. */
  get atRest(): boolean {
    return this.status !== 'running' && this.status !== 'compensating';
  }
}

const NONE: readonly string[] = [];
