import type { SagaStatus } from '../machine/index.js';
import type {
  DryRun,
  SagaChanges,
  SagaCount,
  SagaDurations,
  SagaPayloads,
  SagaRecords,
  StoreSize,
  UnfinishedSagas,
} from './insight-answers.js';
import type { ListQuery } from './list-query.js';
import type { SagaRef } from './saga-ref.js';
import type { SagaRow } from './stored-saga.js';

/** A scope, checked. */
export interface ReadScope {
  readonly application: string;
  /** `undefined`: all. Each once. */
  readonly names: readonly string[] | undefined;
}

/** Times are in ms since the epoch, exclusive. */
export interface TimedRead extends ReadScope {
  readonly createdAfter: number | undefined;
  readonly createdBefore: number | undefined;
}

export interface CountRead extends TimedRead {
  readonly statuses: readonly SagaStatus[];
}

export interface HistogramRead extends ReadScope {
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
  readonly bucketMs: number;
}

export interface DurationRead extends TimedRead {
  readonly sample: number;
}

export interface ChangeRead extends ReadScope {
  readonly cursor: string | undefined;
  readonly limit: number;
}

export interface TagRead {
  readonly application: string;
  readonly tag: string;
  readonly prefix: string;
  readonly limit: number;
}

export interface FindRead extends ReadScope {
  readonly text: string;
  readonly limit: number;
}

/** How many were created in one part of a time. */
export interface BucketCount {
  /** From 0. */
  readonly bucket: number;
  readonly status: SagaStatus;
  readonly sagas: number;
}

export interface ReadOwner {
  readonly owner: string;
  readonly startedAt: number | null;
  readonly aliveUntil: number | null;
  /** As it is stored. */
  readonly info: string | null;
  readonly sagas: number;
}

export interface ReadPlan {
  readonly name: string;
  readonly version: number;
  readonly fingerprint: string;
  /** As it is stored. */
  readonly plan: string;
  readonly firstSeen: number;
  readonly lastSeen: number;
}

export type ReadUnfinished = Omit<UnfinishedSagas, 'oldestUnowned'> & {
  readonly oldestUnowned: number | null;
};

/** What a bulk act would concern, but for the first rows, which a list tells. */
export type ReadDryRun = Omit<DryRun, 'first'>;

/**
 * What each question of an insight is to a store: checked, with its defaults, and as plain data, so that what
 * answers may live in another thread. `insightOf` makes an insight of it.
 */
export interface InsightReads {
  now(): Promise<number>;
  counts(read: CountRead): Promise<readonly SagaCount[]>;
  histogram(read: HistogramRead): Promise<readonly BucketCount[]>;
  durations(read: DurationRead): Promise<readonly SagaDurations[]>;
  unfinished(read: ReadScope): Promise<readonly ReadUnfinished[]>;
  /** Of all applications: who belongs to the one is seen by what they say, and what they own of it. */
  owners(application: string): Promise<readonly ReadOwner[]>;
  plans(read: ReadScope): Promise<readonly ReadPlan[]>;
  changes(read: ChangeRead): Promise<SagaChanges>;
  names(application: string): Promise<readonly string[]>;
  tagNames(application: string): Promise<readonly string[]>;
  tagValues(read: TagRead): Promise<readonly string[]>;
  find(read: FindRead): Promise<readonly SagaRow[]>;
  records(refs: readonly Required<SagaRef>[]): Promise<readonly SagaRecords[]>;
  payloads(ref: Required<SagaRef>): Promise<SagaPayloads | undefined>;
  size(): Promise<StoreSize | undefined>;
  dryRun(query: ListQuery): Promise<ReadDryRun>;
  list(query: ListQuery): Promise<readonly SagaRow[]>;
}

/** As many sagas as a dry run counts, and as many tags as are told. */
export const MAX_DRY_RUN = 10_000;
export const MAX_TAG_NAMES = 1_000;
