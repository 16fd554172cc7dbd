import type { DefinitionJson } from '../definition/index.js';
import type { ParkReason, SagaStatus } from '../machine/index.js';
import type { SagaRef } from './saga-ref.js';
import type { JournalEntry, SagaRow } from './stored-saga.js';

export interface SagaCount {
  readonly name: string;
  readonly status: SagaStatus;
  /** Of those that are parked; else `null`. */
  readonly parkReason: ParkReason | null;
  readonly sagas: number;
}

export interface SagaHistogram {
  readonly from: Date;
  /** How long one part is, in ms. */
  readonly bucketMs: number;
  /** As many as were asked for, in order of time: of each status how many, also 0. */
  readonly buckets: readonly Readonly<Record<SagaStatus, number>>[];
}

/** In ms. A percentile is the least time within which so many of the counted sagas ended. */
export interface SagaDurations {
  readonly name: string;
  /** How many were counted. */
  readonly sagas: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

/** Unfinished sagas of one plan. */
export interface UnfinishedSagas {
  readonly name: string;
  readonly version: number;
  readonly fingerprint: string;
  /** All of them. */
  readonly sagas: number;
  /** Those that nobody owns although they are awake: their process is gone. */
  readonly unowned: number;
  /** When the oldest of those was created; `null` where there is none. */
  readonly oldestUnowned: Date | null;
  /** Those that sleep. */
  readonly asleep: number;
}

/** What a process says of itself with its heartbeats, for people. */
export interface OwnerInfo {
  /** `''`: none. */
  readonly application: string;
  readonly host: string;
  readonly pid: number;
  /** Of Node. */
  readonly node: string;
  /** Of this package. */
  readonly packageVersion: string;
  /** Of the application, where it says one. */
  readonly appVersion?: string;
  /** The plans that it knows. */
  readonly sagas: readonly Pick<DefinitionJson, 'name' | 'version' | 'fingerprint'>[];
  /** Whether it resumes sagas of others; one that only starts sagas does not. */
  readonly worker: boolean;
  /** It shuts down: no step begins any more. */
  readonly draining: boolean;
}

export interface JournalOwner {
  readonly owner: string;
  /** When the journal heard of it first; `null`: never. */
  readonly startedAt: Date | null;
  /** When its lease ends, or has ended; `null` where it has no heartbeat any more. */
  readonly aliveUntil: Date | null;
  /** By the journal's clock. */
  readonly isAlive: boolean;
  /** What it said last; absent where it said nothing that can be read. */
  readonly info?: OwnerInfo;
  /** How many unfinished sagas of the application it owns. */
  readonly sagas: number;
}

/** A plan as a process brought it along; without functions. */
export interface StoredPlan {
  readonly name: string;
  readonly version: number;
  readonly fingerprint: string;
  /** Absent where it cannot be read. */
  readonly plan?: DefinitionJson;
  /** When a process first came with it, and when one did last, by the journal's clock. */
  readonly firstSeen: Date;
  readonly lastSeen: Date;
}

export interface SagaChanges {
  /** The newest change first; each saga once. One may be told again by the next answer. */
  readonly refs: readonly Required<SagaRef>[];
  /**
   * More has changed than was told, or nobody can say what: whoever shows sagas looks at all of them
   * again.
   */
  readonly isPartial: boolean;
  /** For the next call. */
  readonly cursor: string;
}

/** A record as it is stored, without its payloads. */
export type RecordHead = Pick<JournalEntry, 'seq' | 'at' | 'epoch' | 'head'>;

export interface SagaRecords {
  readonly ref: Required<SagaRef>;
  /** In the order of their seqs: those that can be read. */
  readonly entries: readonly RecordHead[];
  /** Why not all of them can be; absent when they can. */
  readonly damage?: string;
}

/** As the codec wrote them. */
export interface SagaPayloads {
  /** The initial context. */
  readonly input: string;
  /** Those records that have payloads, in the order of their seqs. */
  readonly entries: readonly Pick<JournalEntry, 'seq' | 'result' | 'context'>[];
  /** Why not all records can be read; absent when they can. */
  readonly damage?: string;
}

export interface DryRun {
  /** How many sagas fit the filter; of more than 10,000 it is 10,000. */
  readonly sagas: number;
  /** There are more than 10,000. */
  readonly isCapped: boolean;
  /** The counted ones by status and park reason. */
  readonly groups: readonly Omit<SagaCount, 'name'>[];
  /** The newest 20 of them. */
  readonly first: readonly SagaRow[];
}

/** What a store takes of its disk. */
export interface StoreSize {
  readonly bytes: number;
  /** The largest first, with their indices, where the store can tell them apart at once. */
  readonly tables: readonly { readonly table: string; readonly bytes: number }[];
}
