import type { JournalEntry, SagaState } from '../../core/index.js';
import { type OperatorCommand, type PackedEntry, unpackEntry } from '../../core/engine/index.js';
// What is kept in Restate. It outlives every version of this library: only ever add optional fields.

/** The input of a saga's workflow: its plan, chosen by who started it, and its data. */
export interface StartInput {
  readonly version: number;
  readonly fingerprint: string;
  /** The encoded initial context. */
  readonly input: string;
  readonly key: string | null;
  readonly tags: Readonly<Record<string, string>>;
  /** In ms since the epoch. */
  readonly deadline: number | null;
  readonly createdAt: number;
  /** See `SagaRow.birth`. */
  readonly birth?: string;
  readonly resumeFrom?: string;
  /** Absent: none. */
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * The journaled outcome of one turn: what happened, up to the intents of the next effects. A value, so
 * that no failure of the engine can look like one of a step; and it says itself what comes next, so
 * that a replay goes the same way by whatever plan.
 */
export interface Batch {
  /** The execution of the handler that wrote it: only that one knows whether its effects have begun. */
  readonly by: string;
  readonly records: readonly PackedEntry[];
  /** How many signals were looked at so far. */
  readonly signals: number;
  readonly next:
    /** What is called, of which step: each by a turn of its own. */
    | {
        readonly effects: readonly {
          readonly kind: 'action' | 'undo' | 'probe';
          readonly label: string;
        }[];
      }
    /** Pause so many ms. */
    | { readonly wait: number }
    | { readonly rest: true };
  /** Of the first one: the plan by which the saga began. */
  readonly plan?: { readonly name: string; readonly version: number; readonly fingerprint: string };
}

/** What the workflow of an ended saga returns: all of it, or what a completed one is asked for. */
export interface Output {
  readonly records: readonly PackedEntry[];
}

/** What is sent to the workflow of a saga as a signal. */
export type SentSignal =
  | {
      readonly kind: 'cancel';
      readonly by: 'operator' | 'deadline';
      readonly reason: string;
      readonly actor?: string;
    }
  | {
      readonly kind: 'resume';
      readonly from?: string;
      readonly by?: string;
      readonly reason?: string;
    }
  | {
      readonly kind: 'command';
      readonly command: OperatorCommand;
      /** The encoded result of `mark-done`. */
      readonly result?: string;
      readonly by: string;
      readonly reason: string;
    };

/** The state that lists are filtered by; absent for a saga that simply runs or has completed. */
export interface ListedState {
  readonly status: SagaState['status'];
  readonly key: string | null;
  readonly tags: Readonly<Record<string, string>>;
  readonly parked?: SagaState['parked'];
}

export const LISTED = 'saga';
export const RUN = 'run';
export const SIGNAL = 'signal';

/** The name of the signal of that number to a saga, from 0. */
export function signalName(number: number): string {
  return `${SIGNAL} ${number}`;
}

/** What was written down, as entries of a journal. */
export function entriesOf({ records }: Pick<Batch, 'records'>): readonly JournalEntry[] {
  return records.map(unpackEntry);
}
