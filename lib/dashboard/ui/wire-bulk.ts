import type { OperatorEntry, Row, SagaAct } from './wire-saga.js';

/** What is done to many at once. */
export type BulkAct = Extract<SagaAct, 'cancel' | 'resume' | 'retry-undos' | 'forget'>;

/** Which sagas, in the words of the addresses; at least one condition beside `before`. */
export interface BulkFilter {
  readonly name?: string;
  /** With commas between them, as `reason`, why they are parked. */
  readonly status?: string;
  readonly reason?: string;
  readonly key?: string;
  /** `name=value`. */
  readonly tag?: string;
  readonly after?: string;
  readonly before?: string;
}

/** Sagas that are left alone, for one reason. */
export interface BulkRefusal {
  readonly why: string;
  readonly sagas: number;
  readonly first: readonly Pick<Row, 'name' | 'id'>[];
}

export interface BulkDryRun {
  readonly now: number;
  /** Those that are started from then on are not among them, in ms since the epoch. */
  readonly before: number;
  /** How many the filter finds. */
  readonly found: number;
  /** There are more, and nothing can be done to them at once. */
  readonly isCapped: boolean;
  /** How many would take it as they stand, and the newest of them. */
  readonly takes: number;
  readonly first: readonly Row[];
  readonly refused: readonly BulkRefusal[];
}

export interface BulkAnswer {
  readonly ok: true;
  readonly bulk: string;
  /** So many were left, and so many could not be. */
  readonly requests: number;
  readonly failed: number;
}

/** A bulk act that was taken back. */
export interface BulkWithdrawn {
  readonly ok: true;
  /** So many, and so many somebody had taken by then. */
  readonly withdrawn: number;
  readonly inHand: number;
}

/** What has become of the requests of a bulk act. */
export interface BulkProgress extends Pick<OperatorEntry, 'at' | 'by' | 'act' | 'reason'> {
  readonly now: number;
  readonly bulk: string;
  readonly requests: number;
  /** Nobody has taken them yet, or somebody has and is at it. */
  readonly waiting: number;
  readonly inHand: number;
  readonly done: number;
  /** Those that are over and were not done, by what became of them and why. */
  readonly refused: readonly (BulkRefusal & { readonly outcome: string })[];
  /** Of the sagas that wait. */
  readonly names: readonly string[];
}
