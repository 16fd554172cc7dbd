import type { SagaStatus } from '../machine/index.js';
import type {
  DryRun,
  JournalOwner,
  SagaChanges,
  SagaCount,
  SagaDurations,
  SagaHistogram,
  SagaPayloads,
  SagaRecords,
  StoredPlan,
  StoreSize,
  UnfinishedSagas,
} from './insight-answers.js';
import type { SagaFilter } from './requests.js';
import type { SagaRef } from './saga-ref.js';
import type { SagaRow } from './stored-saga.js';

/** Of which sagas: all conditions must hold. */
export interface InsightScope {
  /** Of this application. @default '', those without one; of an engine, its own */
  readonly application?: string;
  /** Only sagas of these names; none where it is empty. @default all */
  readonly names?: readonly string[];
}

export interface CountQuery extends InsightScope {
  readonly status?: SagaStatus | readonly SagaStatus[];
  readonly createdAfter?: Date;
  readonly createdBefore?: Date;
}

export interface HistogramQuery extends InsightScope {
  /** The first moment that counts. */
  readonly from: Date;
  /** The first one that counts no more; later than `from`. */
  readonly to: Date;
  /** Into how many parts of the same length the time is cut. 1 to 500. */
  readonly buckets: number;
}

export interface DurationQuery extends InsightScope {
  readonly createdAfter?: Date;
  readonly createdBefore?: Date;
  /** Of each name only so many count, the newest. 1 to 10,000. @default 2_000 */
  readonly sample?: number;
}

export interface ChangeQuery extends InsightScope {
  /** `cursor` of the answer before. @default from now on: the answer has a cursor, and no changes */
  readonly cursor?: string;
  /** 1 to 1,000. @default 500 */
  readonly limit?: number;
}

export interface TagQuery {
  /** Of this application. @default '', those without one; of an engine, its own */
  readonly application?: string;
  /** The name of the tag. */
  readonly tag: string;
  /** Only values that begin so. */
  readonly prefix?: string;
  /** 1 to 1,000. @default 50 */
  readonly limit?: number;
}

export interface FindQuery extends InsightScope {
  /** How an id or a key begins; not empty. */
  readonly text: string;
  /** 1 to 200. @default 20 */
  readonly limit?: number;
}

/**
 * What an overview asks of a journal, beside its lists: for dashboards, metrics and the command line. It
 * only reads, and never waits for what writes. A row that cannot be read changes no other answer.
 *
 * Every answer is of one application. A query that cannot be meant is refused with a SagaOptionsError; a
 * journal that cannot answer, with a SagaJournalError.
 */
export interface JournalInsight {
  /** The journal's clock, by which all of its times are. */
  now(): Promise<Date>;
  /** How many sagas there are, by name, status and park reason: only counts above 0, in no order. */
  counts(query?: CountQuery): Promise<readonly SagaCount[]>;
  /** How many were created in each part of a time, by the status that they have now. */
  histogram(query: HistogramQuery): Promise<SagaHistogram>;
  /** How long sagas took that completed or were compensated, from their creation to their end. */
  durations(query?: DurationQuery): Promise<readonly SagaDurations[]>;
  /** Sagas that are not at rest, by what they need to go on: a name, a version, an owner. */
  unfinished(query?: InsightScope): Promise<readonly UnfinishedSagas[]>;
  /**
   * The processes that work for the application, or said so last: those whose `info` names it, and those
   * that own sagas of it.
   */
  owners(query?: Pick<InsightScope, 'application'>): Promise<readonly JournalOwner[]>;
  /** Every plan that a process of the application has brought along, the newest first. */
  plans(query?: InsightScope): Promise<readonly StoredPlan[]>;
  /** Which sagas were created, or got records, since the answer before. */
  changes(query?: ChangeQuery): Promise<SagaChanges>;
  /** Every name that a saga of the application has, sorted. */
  names(query?: Pick<InsightScope, 'application'>): Promise<readonly string[]>;
  /** Every tag that a saga of the application has, sorted: at most 1,000. */
  tagNames(query?: Pick<InsightScope, 'application'>): Promise<readonly string[]>;
  /** The values of one tag, sorted. */
  tagValues(query: TagQuery): Promise<readonly string[]>;
  /** Sagas whose id begins so, then those whose key does, each sorted by that; no saga twice. */
  find(query: FindQuery): Promise<readonly SagaRow[]>;
  /**
   * The records of at most 200 sagas, without payloads, in the order of the refs; a saga that is not
   * there is left out.
   */
  records(refs: readonly SagaRef[]): Promise<readonly SagaRecords[]>;
  /** The encoded payloads of one saga; `undefined` where there is none. */
  payloads(ref: SagaRef): Promise<SagaPayloads | undefined>;
  /** How much the whole store takes, of all applications; `undefined`: it takes no disk. */
  size(): Promise<StoreSize | undefined>;
  /** What a bulk act would concern. Its `limit` and `cursor` are not used. */
  dryRun(filter: SagaFilter): Promise<DryRun>;
}
