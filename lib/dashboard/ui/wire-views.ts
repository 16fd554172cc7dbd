import type { OperatorEntry, PlanStep, RequestEntry, Row, Saga, Status } from './wire-saga.js';

/** How a failure of one step ends, by the failure matrix. */
export interface MatrixCell {
  readonly failure: string;
  readonly status: Status;
  readonly parkReason?: string;
  readonly calls: readonly string[];
  readonly undone: readonly string[];
  readonly standing: readonly string[];
}

export interface PlanSummary {
  readonly name: string;
  readonly version: number;
  readonly fingerprint: string;
  /** Whether this process runs it, and so can say what comes of a failure. */
  readonly here: boolean;
  /** By the journal, where it keeps plans. */
  readonly firstSeen?: number;
  readonly lastSeen?: number;
}

export interface Plan extends PlanSummary {
  readonly steps: readonly PlanStep[];
  /** A row per step that runs; absent where this process does not have the plan. */
  readonly matrix?: readonly { readonly label: string; readonly cells: readonly MatrixCell[] }[];
  /** As Mermaid text, likewise. */
  readonly mermaid?: string;
}

export interface Plans {
  readonly now: number;
  readonly plans: readonly PlanSummary[];
  /** The one that was asked for, else the first. */
  readonly plan?: Plan;
}

export interface Instance {
  readonly owner: string;
  readonly isAlive: boolean;
  /** This is the process that answers. */
  readonly here: boolean;
  readonly startedAt?: number;
  /** When its lease ends, or has ended. */
  readonly aliveUntil?: number;
  readonly sagas: number;
  readonly host?: string;
  readonly pid?: number;
  readonly version?: string;
  readonly package?: string;
  readonly worker?: boolean;
  readonly draining?: boolean;
  /** `Name v1`. */
  readonly knows?: readonly string[];
  readonly problem?: string;
}

/** Unfinished sagas that no living process can resume. */
export interface Orphans {
  readonly name: string;
  readonly version: number;
  readonly sagas: number;
}

export interface Instances {
  readonly now: number;
  readonly instances: readonly Instance[];
  readonly orphans: readonly Orphans[];
  /** Only of this process: its engine or journal does not tell of others. */
  readonly partial: boolean;
}

export interface NameStats {
  readonly name: string;
  readonly completed: number;
  readonly compensated: number;
  readonly parked: number;
  readonly active: number;
  readonly p50?: number;
  readonly p95?: number;
  readonly p99?: number;
}

export interface Bucket {
  readonly completed: number;
  readonly compensated: number;
  readonly parked: number;
  readonly active: number;
}

export interface Overview {
  readonly now: number;
  /** Parked, the newest first; at most six. */
  readonly attention: readonly Row[];
  /** Absent where the journal cannot count. */
  readonly counted?: {
    readonly parked: number;
    readonly running: number;
    readonly compensating: number;
    readonly names: readonly NameStats[];
    readonly from: number;
    readonly bucketMs: number;
    readonly buckets: readonly Bucket[];
  };
  readonly instances: Instances;
}

/** A payload as a tree: plain JSON, and these. */
export type Shown =
  string | number | boolean | null | readonly Shown[] | { readonly [key: string]: Shown };

export interface Payload {
  readonly now: number;
  readonly input?: Shown;
  readonly context?: Shown;
  readonly results: readonly { readonly label: string; readonly value: Shown }[];
  readonly records: readonly {
    readonly seq: number;
    readonly result?: Shown;
    readonly context?: Shown;
  }[];
  /** Why something of it cannot be shown. */
  readonly problem?: string;
}

export interface AuditEntry extends OperatorEntry {
  readonly outcome: string;
  readonly origin?: string;
}

export interface Audit {
  readonly now: number;
  /** What waits for a process; with the first page. */
  readonly open: readonly RequestEntry[];
  readonly entries: readonly AuditEntry[];
  readonly nextCursor?: string;
}

/** What is parked, newest first. */
export interface Inbox {
  readonly now: number;
  readonly sagas: readonly Saga[];
  /** What waits for a process, of any saga. */
  readonly open: readonly RequestEntry[];
  /** There are more than these. */
  readonly more: boolean;
}
