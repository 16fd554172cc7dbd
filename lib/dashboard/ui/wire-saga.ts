export type Status = 'running' | 'compensating' | 'completed' | 'compensated' | 'parked';

/** What may be allowed or refused. `mark`: as done, as not done, as compensated. */
export type DashboardAct =
  | 'view'
  | 'payload'
  | 'cancel'
  | 'resume'
  | 'retry-undos'
  | 'mark'
  | 'terminate'
  | 'forget'
  | 'bulk';

/** What an operator does to one saga. */
export type SagaAct =
  | 'cancel'
  | 'resume'
  | 'retry-undos'
  | 'mark-compensated'
  | 'mark-done'
  | 'mark-not-done'
  | 'terminate'
  | 'forget';

/** An act that this saga takes as it stands, of a step where it names one. */
export interface Offer {
  readonly act: SagaAct;
  readonly label?: string;
  /** It is what a person does about this park reason. */
  readonly fits: boolean;
}

export interface Meta {
  readonly title: string;
  readonly environment?: { readonly label: string; readonly color?: string };
  readonly actor?: string;
  /** Why nobody acts here; absent where one may. */
  readonly readOnly?: string;
  readonly can: Readonly<Record<DashboardAct, boolean>>;
  readonly payloads: 'off' | 'redacted' | 'full';
  /** The saga names to choose from. */
  readonly names: readonly string[];
  readonly links: { readonly trace?: string; readonly logs?: string };
  /** Which views there are beside lists and sagas, and why the others are not. */
  readonly insight: boolean;
  readonly audit: boolean;
  readonly now: number;
}

/** How a step stands, in one word. */
export type StepMark =
  'open' | 'running' | 'done' | 'failed' | 'unknown' | 'undoing' | 'undone' | 'undo-failed';

export interface Mark {
  readonly label: string;
  readonly is: StepMark;
}

export interface Row {
  readonly name: string;
  readonly id: string;
  readonly version: number;
  readonly status: Status;
  readonly key?: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly recoveries: number;
  readonly createdAt: number;
  readonly updatedAt: number;
  /** It sleeps until then, in ms since the epoch; `null`: until somebody wakes it. */
  readonly wakeAt?: number | null;
  readonly damage?: string;
  readonly parkReason?: string;
  readonly marks: readonly Mark[];
  /** The step that failed, and its error in one line. */
  readonly failed?: { readonly label: string; readonly message: string };
}

export interface List {
  readonly now: number;
  readonly sagas: readonly Row[];
  readonly nextCursor?: string;
}

export interface Account {
  readonly standing: readonly string[];
  readonly undone: readonly string[];
  readonly owed: readonly string[];
  readonly inDoubt: readonly string[];
}

export interface PlanStep {
  readonly label: string;
  readonly undo: boolean;
  readonly probe: boolean;
  readonly pivot: boolean;
  readonly retired: boolean;
  /** From 0; steps of one stage run together. */
  readonly stage: number;
  /** Only where this process has the plan itself. */
  readonly retries?: number;
  readonly undoRetries?: number;
  readonly timeout?: number;
}

export interface ErrorJson {
  readonly name: string;
  readonly message: string;
  readonly code?: string | number;
  readonly cause?: ErrorJson;
}

/** A record of the timeline: `SagaEvent` as JSON. */
export interface Event {
  readonly type: string;
  readonly at: number;
  readonly label?: string;
  readonly attempt?: number;
  readonly error?: ErrorJson;
  readonly outcome?: string;
  readonly answer?: string;
  readonly reason?: string;
  readonly retryAt?: number;
  readonly probeAt?: number;
  readonly retryable?: boolean;
  readonly by?: string;
  readonly actor?: string;
  readonly act?: string;
  readonly owner?: string;
  readonly orderly?: boolean;
  readonly skip?: readonly string[];
  readonly pivot?: boolean;
}

export interface Saga extends Row {
  readonly account: Account;
  readonly offers: readonly Offer[];
  readonly plan: readonly PlanStep[];
  /** Whether the plan is known, or only the steps that were started. */
  readonly planKnown: boolean;
  readonly timeline: readonly Event[];
}

/** What an operator has asked for, or done. */
export interface OperatorEntry {
  readonly at: number;
  readonly by: string;
  readonly act: string;
  readonly name: string;
  readonly id: string;
  readonly label?: string;
  readonly reason: string;
  /** Why it was refused or has failed. */
  readonly message?: string;
}

/** What an operator has left for a process that knows the saga. */
export interface RequestEntry extends OperatorEntry {
  readonly request: string;
  /** The bulk act that it is a part of. */
  readonly bulk?: string;
  /** A process has taken it. */
  readonly inHand: boolean;
  /** Absent: it is open. */
  readonly outcome?: string;
}

export interface SagaAnswer {
  readonly now: number;
  readonly saga: Saga;
  /** Those that are open, and the newest one where it was not done. */
  readonly requests: readonly RequestEntry[];
}

/** What an act has come to. */
export interface ActAnswer {
  readonly ok: true;
  /** It was left under this id for a process that knows the saga. */
  readonly request?: string;
}

/** What an act asks of the server. */
export interface ActRequest {
  readonly act: SagaAct;
  readonly name: string;
  readonly id: string;
  readonly label?: string;
  readonly reason: string;
  /** The id, typed: for what cannot be taken back. */
  readonly confirm?: string;
  /** Of `mark-done`. */
  readonly result?: unknown;
}
