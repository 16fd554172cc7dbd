import {
  MAX_DRY_RUN,
  MAX_TAG_NAMES,
  type BucketCount,
  type ChangeRead,
  type CountRead,
  type DurationRead,
  type FindRead,
  type HistogramRead,
  type ListQuery,
  type ReadDryRun,
  type ReadOwner,
  type ReadPlan,
  type ReadScope,
  type ReadUnfinished,
  type SagaChanges,
  type SagaCount,
  type SagaDurations,
  type SagaPayloads,
  type SagaRecords,
  type SagaRef,
  type SagaRow,
  type StoreSize,
  type TagRead,
} from '../../core/index.js';
import { byText, percentilesOf } from '../../core/journal/index.js';
import {
  afterPrefix,
  mergeOwners,
  pageSql,
  payloadsOf,
  recordsOf,
  toBucketCount,
  toDryRun,
  toPlan,
  toSagaCount,
  toSagaRow,
  toUnfinished,
  type SqlRow,
  type SqlValue,
} from '../sql/index.js';
import { apart, textOf, together } from './columns.js';
import { changesOf } from './changes.js';
import { countsSql, histogramSql } from './counts-sql.js';
import type { Database } from './database.js';
import * as sql from './insight-sql.js';
import { listOf, placed } from './placed.js';
import { PAGES, type Reader } from './reader.js';
import { CLOCK } from './schema.js';

/** `InsightReads`, synchronous: it lives in a worker thread. */
export class SqliteInsight {
  constructor(
    private readonly database: Database,
    private readonly reader: Reader,
  ) {}

  now(): number {
    return Number(this.database.one(CLOCK)?.['now']);
  }

  counts(read: CountRead): readonly SagaCount[] {
    if (read.statuses.length === 0) return [];
    const { text, values } = countsSql(read, this.#namesOf(read));
    const counts = this.database.query(text, values).map((row) => toSagaCount(apart(row)));
    return counts.filter(({ sagas }) => sagas > 0);
  }

  histogram(read: HistogramRead): readonly BucketCount[] {
    const { text, values } = histogramSql(read, this.#namesOf(read));
    return this.database.query(text, values).map(toBucketCount);
  }

  durations(read: DurationRead): readonly SagaDurations[] {
    const text = sql.durationsSql(read);
    return this.#namesOf(read).flatMap((name) => {
      const [found] = this.database.query(...placed(text, [read.application, name]));
      const times = JSON.parse(String(found?.['times'])) as readonly number[];
      return times.length === 0 ? [] : [percentilesOf(name, times)];
    });
  }

  unfinished({ application, names }: ReadScope): readonly ReadUnfinished[] {
    return this.#all(sql.UNFINISHED_SAGAS, this.now(), application, listOf(names)).map(
      toUnfinished,
    );
  }

  owners(application: string): readonly ReadOwner[] {
    return mergeOwners(this.#all(sql.OWNERS), this.#all(sql.OWNED, application));
  }

  plans({ application, names }: ReadScope): readonly ReadPlan[] {
    return this.#all(sql.PLANS, application, listOf(names)).map(toPlan);
  }

  changes(read: ChangeRead): SagaChanges {
    return this.database.transaction('DEFERRED', () => changesOf(this.database, read));
  }

  names(application: string): readonly string[] {
    return this.#values(sql.NAMES, application);
  }

  tagNames(application: string): readonly string[] {
    return this.#values(sql.TAG_NAMES, application, MAX_TAG_NAMES);
  }

  tagValues({ application, tag, prefix, limit }: TagRead): readonly string[] {
    const end = afterPrefix(prefix);
    const asked = [application, tag, limit, prefix];
    if (end === undefined) return this.#values(sql.TAG_VALUES, ...asked);
    return this.#values(sql.TAG_VALUES_BEFORE, ...asked, end);
  }

  find(read: FindRead): readonly SagaRow[] {
    const { application, names, text, limit } = read;
    const end = afterPrefix(text);
    const more = end === undefined ? [] : [end];
    const byId = this.#namesOf(read).flatMap((name) =>
      this.#all(
        end === undefined ? sql.IDS : sql.IDS_BEFORE,
        application,
        name,
        text,
        limit,
        ...more,
      ),
    );
    // Of one name they are in order, and names are few.
    const rows = byId
      .map(toSagaRow)
      .sort((one, other) => byText(one.id, other.id) || byText(one.name, other.name));
    if (rows.length >= limit) return rows.slice(0, limit);
    const keys = end === undefined ? sql.KEYS : sql.KEYS_BEFORE;
    const byKey = this.#all(keys, application, listOf(names), text, limit, ...more);
    return [...rows, ...byKey.map(toSagaRow)].slice(0, limit);
  }

  records(refs: readonly Required<SagaRef>[]): readonly SagaRecords[] {
    return refs.flatMap((ref) => {
      const { application, name, id } = ref;
      const found = this.database.one(sql.KEY_OF, application, name, id);
      if (found === undefined) return [];
      const heads = this.database.all(sql.HEADS, found['saga'] ?? null);
      return recordsOf(
        ref,
        heads.map(({ records }) => textOf(records)),
      );
    });
  }

  payloads(ref: SagaRef): SagaPayloads | undefined {
    return payloadsOf(this.reader.load(ref));
  }

  /** To tell its tables apart all of the file would have to be read. */
  size(): StoreSize {
    return { bytes: Number(this.database.one(sql.FILE_SIZE)?.['bytes']), tables: [] };
  }

  dryRun(query: ListQuery): ReadDryRun {
    const columns = 's.status AS status, s.park_reason AS park_reason';
    const page = pageSql({ ...query, limit: MAX_DRY_RUN }, { ...PAGES, columns });
    const counted = { status: 'status', park_reason: 'park_reason', sagas: 'count(*)' };
    const text = `WITH f AS MATERIALIZED (${page.text})
      SELECT ${together({ ...counted, found: '(SELECT count(*) FROM f)' })}
      FROM (SELECT * FROM f LIMIT ${MAX_DRY_RUN}) GROUP BY status, park_reason`;
    return toDryRun(this.database.query(text, page.values).map(apart));
  }

  list(query: ListQuery): readonly SagaRow[] {
    return this.reader.list(query).rows;
  }

  #namesOf({ application, names }: ReadScope): readonly string[] {
    return names ?? this.names(application);
  }

  #all(text: string, ...values: SqlValue[]): readonly SqlRow[] {
    const [places, inOrder] = placed(text, values);
    return this.database.all(places, ...inOrder).map(apart);
  }

  #values(text: string, ...values: SqlValue[]): readonly string[] {
    return this.#all(text, ...values).map(({ value }) => String(value));
  }
}
