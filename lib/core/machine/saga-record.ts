import type { StepOutcome } from '../definition/index.js';

/**
 * Whether the definition had a compensation for a step when it started: a later one must have it, too.
 * `attempted`: also when the step has failed cleanly.
 */
export type OwedUndo = boolean | 'attempted';

/** Why a saga started compensating. */
export interface TurnCause {
  readonly reason: 'step-failed' | 'cancelled' | 'deadline' | 'unstorable-result';
  /** The step that failed. */
  readonly label?: string;
  readonly error: unknown;
}

/** Why a saga needs an operator. */
export type ParkReason =
  /** The retries of a compensation are exhausted; the others ran (or not, with `halt`). */
  | 'compensation-failed'
  /** The retries of a step after the pivot are exhausted: nothing is compensated any more. */
  | 'failed-after-pivot'
  /** Nobody can tell whether a step took place, and neither repeating nor undoing it is safe. */
  | 'in-doubt'
  /** Too many recoveries without progress. */
  | 'recovery-limit'
  /** The definition lacks what this saga needs: a step that it has run, or an undo that it owes. */
  | 'definition-mismatch'
  /** A record of it cannot be read, or does not fit the others. */
  | 'unreadable'
  /** Stopped by an operator, without compensation. */
  | 'terminated';

/** As a record, so that the compiler reports one that is missing here. */
const REASONS: Readonly<Record<ParkReason, true>> = {
  ...{ 'compensation-failed': true, 'failed-after-pivot': true, 'in-doubt': true },
  ...{ 'recovery-limit': true, 'definition-mismatch': true, unreadable: true, terminated: true },
};
export const PARK_REASONS = Object.keys(REASONS) as readonly ParkReason[];

/** The failure of one attempt, forward or back. */
interface AttemptFailure {
  readonly label: string;
  /** From 1. */
  readonly attempt: number;
  readonly error: unknown;
  /** `false`: no further try, whatever the policy leaves. */
  readonly retryable: boolean;
  /** The earliest time of the next attempt, in ms since the epoch; absent where none follows. */
  readonly retryAt?: number;
}

/** What leaves a step in doubt, or all that were in flight. */
interface Questioned {
  /**
   * The earliest time at which its probe is asked, in ms since the epoch; absent where it has none, or
   * is asked at once.
   */
  readonly probeAt?: number;
}

/** What an operator did, and why: the way out for a saga that is parked. */
export type ManualAct = {
  readonly type: 'manual';
  /** Who did it. */
  readonly by: string;
  readonly reason: string;
} & (
  | { readonly act: 'terminate' }
  | { readonly act: 'retry-compensation' }
  /** The undo was done by hand. */
  | { readonly act: 'mark-compensated'; readonly label: string }
  /** The step in doubt has not taken place; the saga stays parked until it is resumed or cancelled. */
  | { readonly act: 'mark-not-done'; readonly label: string }
  /** The step in doubt has taken place. */
  | {
      readonly act: 'mark-done';
      readonly label: string;
      readonly result: unknown;
      readonly pivot: boolean;
    }
);

/**
 * What happened. A saga's records, folded in order by `evolve`, are all that is known of it; they
 * are keyed by label and direction, never by position, so that they outlive a changed definition.
 */
export type SagaRecord =
  /** Stored in a transaction of its starter's, before anybody works on it: it begins after the commit. */
  | { readonly type: 'accepted' }
  /** The intent: durable before the action runs. */
  | {
      readonly type: 'started';
      readonly label: string;
      readonly attempt: number;
      readonly owesUndo: OwedUndo;
    }
  | {
      readonly type: 'done';
      readonly label: string;
      readonly attempt: number;
      readonly result: unknown;
      /** The step was the point of no return when it ran. */
      readonly pivot: boolean;
      /** The action succeeded, but its result or context cannot be stored, or is wrong: never run again, undo it. */
      readonly unstorable?: unknown;
    }
  | ({
      readonly type: 'failed';
      readonly outcome: 'not-done' | 'unknown';
    } & AttemptFailure &
      Questioned)
  | {
      readonly type: 'probed';
      readonly label: string;
      readonly answer: StepOutcome;
      readonly result: unknown;
      readonly pivot: boolean;
      /** As in `done`: of a result that the probe brought back. */
      readonly unstorable?: unknown;
      /** Of one that does not know: it is asked again. */
      readonly probeAt?: number;
    }
  | {
      readonly type: 'cancel-requested';
      readonly by: 'operator' | 'deadline';
      readonly reason: string;
      /** The operator, where he gave his name. */
      readonly actor?: string;
    }
  /** The turning point: from here no action runs any more. */
  | { readonly type: 'compensating'; readonly cause: TurnCause }
  | { readonly type: 'undo-started'; readonly label: string; readonly attempt: number }
  | { readonly type: 'undone'; readonly label: string; readonly attempt: number }
  | ({ readonly type: 'undo-failed' } & AttemptFailure)
  /**
   * Another process took over: what was in flight is in doubt. `orderly`: nobody died of it, so that it
   * does not count towards the limit of recoveries.
   */
  | ({ readonly type: 'recovered'; readonly owner: string; readonly orderly?: true } & Questioned)
  /** An operator sends a parked or waiting saga forward again; `skip` have no record and stay so. */
  | {
      readonly type: 'resumed';
      readonly skip: readonly string[];
      /** Who sent it, where it was an operator who gave his name. */
      readonly by?: string;
      readonly reason?: string;
    }
  | ManualAct
  | { readonly type: 'completed' }
  | { readonly type: 'compensated' }
  | { readonly type: 'parked'; readonly reason: ParkReason; readonly label?: string };

export type SagaRecordType = SagaRecord['type'];

const PROGRESS: ReadonlySet<SagaRecordType> = new Set<SagaRecordType>([
  'done',
  'failed',
  'undone',
  'undo-failed',
  'resumed',
  'cancel-requested',
  'manual',
]);

/** Whether a saga gets on with it: take-overs before it count no more. */
export function isProgress({ type }: SagaRecord): boolean {
  return PROGRESS.has(type);
}
