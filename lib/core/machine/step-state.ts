import type { StepOutcome } from '../definition/index.js';
import type { OwedUndo } from './saga-record.js';

/**
 * Where one direction of a step stands. `started`: in flight. `interrupted`: was in flight when its
 * process died. `failed`: this attempt failed, the policy says what follows.
 */
export type AttemptPhase = 'started' | 'interrupted' | 'failed' | 'done';

/** The last attempt that failed. */
export interface FailedAttempt {
  readonly retryable: boolean;
  readonly retryAt?: number;
  readonly error: unknown;
}

/** What is known of one undo. */
export class UndoState {
  phase: AttemptPhase = 'started';
  failure: FailedAttempt | undefined = undefined;

  constructor(public attempt: number) {}
}

/** What is known of one step that was started. Small: a bare chain keeps one per step and run. */
export class StepState {
  phase: AttemptPhase = 'started';
  /**
   * Whether some attempt may have taken effect, and nothing has settled that since: `open` until
   * the probe was asked, `probed` when it did not know either.
   */
  doubt: 'none' | 'open' | 'probed' = 'none';
  /** By the definition that started it. */
  owesUndo: OwedUndo = false;
  result: unknown = undefined;
  failure: FailedAttempt | undefined = undefined;
  undo: UndoState | undefined = undefined;

  constructor(
    readonly label: string,
    /** The last attempt that was started, from 1. */
    public attempt: number,
    /** The step that was started before it. */
    readonly previous: StepState | undefined,
  ) {}

  /** Whether it is behind its saga on the way forward: done, and its result is stored. */
  get isSettled(): boolean {
    return this.phase === 'done' && this.failure === undefined;
  }

  /** What is known of the effect. A step that may have happened counts as `unknown`. */
  get outcome(): StepOutcome {
    if (this.phase === 'done') return 'done';
    return this.doubt !== 'none' || this.phase === 'started' ? 'unknown' : 'not-done';
  }

  /** Whether there may be something to undo, whatever a definition says now. */
  get isOwed(): boolean {
    if (this.undo?.phase === 'done') return false;
    return this.owesUndo === 'attempted' || (this.owesUndo && this.outcome !== 'not-done');
  }
}
