import type { ParkReason, SagaStatus } from '../machine/index.js';
import type { AuditEntry } from './operators.js';
import type { SagaRef } from './saga-ref.js';

/** One record as it is stored. `head` is JSON of ours; `result` and `context` are the codec's. */
export interface JournalEntry {
  /** From 1, without gaps. */
  readonly seq: number;
  /** Wall time of the writer in ms since the epoch; for people, never for decisions. */
  readonly at: number;
  /** The ownership under which it was written; never falls. */
  readonly epoch: number;
  readonly head: string;
  readonly result: string | null;
  /** The context after this record; `null` when it did not change. */
  readonly context: string | null;
}

/** What can be listed of a saga without reading its records. */
export interface SagaRow extends SagaRef {
  readonly application: string;
  /** Random, made at the start: tells the lives of an id apart that was used again. */
  readonly birth: string;
  readonly version: number;
  readonly fingerprint: string;
  readonly status: SagaStatus;
  readonly key: string | null;
  readonly tags: Readonly<Record<string, string>>;
  /** What it was started with for those who trace it; never searched for. */
  readonly headers: Readonly<Record<string, string>>;
  /** When the saga is cancelled if it has not ended, in ms since the epoch. */
  readonly deadline: number | null;
  /** The encoded initial context. */
  readonly input: string;
  /** Who works on it: a random id per process start. `null`: nobody. */
  readonly owner: string | null;
  /** Raised with every claim. */
  readonly epoch: number;
  /** How often it was claimed since its last record of progress. */
  readonly recoveries: number;
  /** Why somebody who does not own it asked to cancel it. */
  readonly cancelReason: string | null;
  /** Why it is parked, and at which step; `null` while it is not, and where it cannot be said. */
  readonly parkReason: ParkReason | null;
  readonly label: string | null;
  /** Who that was; `null` where he did not say. */
  readonly cancelBy: string | null;
  /**
   * It has no owner, and is not claimed before this time, in ms since the epoch by the journal's clock.
   * `NO_WAKE_TIME`: until somebody wakes it. `null`: it is awake.
   */
  readonly wakeAt: number | null;
  /** In ms since the epoch, by the journal's clock. */
  readonly createdAt: number;
  readonly updatedAt: number;
  /** Which of its columns cannot be read, and were left out here; absent when all can. */
  readonly damage?: string;
}

/** A saga to be created, together with its first records. */
export interface NewSaga
  extends
    SagaRef,
    Pick<SagaRow, 'version' | 'fingerprint' | 'status' | 'key' | 'tags' | 'deadline' | 'input'> {
  /** @default '' */
  readonly birth?: string;
  /** @default none */
  readonly headers?: Readonly<Record<string, string>>;
  readonly owner: string;
  /** From seq 1, epoch 1. */
  readonly entries: readonly JournalEntry[];
}

/** Records of one saga to be appended, and the row they lead to. */
export interface JournalBatch {
  readonly ref: SagaRef;
  readonly owner: string;
  readonly epoch: number;
  /** Seqs without a gap, from the one after the last. */
  readonly entries: readonly JournalEntry[];
  readonly status: SagaStatus;
  /** The records are progress: the count of recoveries starts again. */
  readonly progress: boolean;
  /**
   * Why it is parked, and at which step: for lists, with every append that leads to the status `parked`.
   *
   * @default it cannot be said
   */
  readonly parked?: { readonly reason: ParkReason; readonly label?: string };
  /**
   * Nothing is to be done for this saga until then, in ms since the epoch by the journal's clock
   * (`null`: until somebody wakes it): the append itself releases it. Only with a status that is not at
   * rest. Where a cancel was requested, it is due at once.
   *
   * @default the saga stays its owner's
   */
  readonly sleep?: { readonly until: number | null };
  /** What operators did, of which these records come: written with them, or not at all. @default nothing */
  readonly audit?: readonly AuditEntry[];
}

/** A cancel that somebody who does not own the saga has left for its owner. */
export interface CancelRequest {
  readonly reason: string;
  /** Absent: he did not say. */
  readonly by?: string;
}

export interface StoredSaga {
  readonly row: SagaRow;
  /** In the order of their seqs: those that can be read. */
  readonly entries: readonly JournalEntry[];
  /** The seq that the next record must have, whatever can be read of those before it. */
  readonly nextSeq: number;
  /** Why not all of its records can be read; absent when they can. */
  readonly damage?: string;
}
