import {
  MAX_DRY_RUN,
  MAX_TAG_NAMES,
  type BucketCount,
  type ChangeRead,
  type CountRead,
  type DurationRead,
  type FindRead,
  type HistogramRead,
  type InsightReads,
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
import {
  afterPrefix,
  mergeOwners,
  pageSql,
  payloadsOf,
  toBucketCount,
  toDryRun,
  toPage,
  toPlan,
  toSagaCount,
  toSagaRow,
  toUnfinished,
  type SqlRow,
} from '../sql/index.js';
import { changesOf } from './changes.js';
import * as sql from './insight-sql.js';
import { pageDialect, rowColumns, type Reader, type Send } from './reader.js';
import { recordsFor } from './records.js';
import { NOW } from './expressions.js';
import type { Tables } from './tables.js';

/** What an overview asks, on whichever connection is free. */
export class PostgresInsight implements InsightReads {
  constructor(
    private readonly tables: Tables,
    private readonly send: Send,
    private readonly reader: Reader,
  ) {}

  async now(): Promise<number> {
    const [row] = await this.send({ text: `SELECT ${NOW} AS now` });
    return Number(row?.['now']);
  }

  async counts(read: CountRead): Promise<readonly SagaCount[]> {
    if (read.statuses.length === 0) return [];
    const named = { ...read, names: await this.#namesOf(read) };
    const counts = await this.#scoped(sql.countsSql(this.tables, named), named);
    return counts.map(toSagaCount).filter(({ sagas }) => sagas > 0);
  }

  async histogram(read: HistogramRead): Promise<readonly BucketCount[]> {
    return (await this.#scoped(sql.histogramSql(this.tables, read), read)).map(toBucketCount);
  }

  async durations(read: DurationRead): Promise<readonly SagaDurations[]> {
    const named = { ...read, names: await this.#namesOf(read) };
    const rows = await this.#scoped(sql.durationsSql(this.tables, read), named);
    return rows.map(({ name, sagas, max, percentiles }) => {
      const [p50 = 0, p95 = 0, p99 = 0] = JSON.parse(String(percentiles)) as readonly number[];
      return { name: String(name), sagas: Number(sagas), p50, p95, p99, max: Number(max) };
    });
  }

  async unfinished(read: ReadScope): Promise<readonly ReadUnfinished[]> {
    return (await this.#scoped(sql.unfinishedSql(this.tables), read)).map(toUnfinished);
  }

  async owners(application: string): Promise<readonly ReadOwner[]> {
    const [beats, owned] = await Promise.all([
      this.send({ text: sql.ownersSql(this.tables) }),
      this.send({ text: sql.ownedSql(this.tables), values: [application] }),
    ]);
    return mergeOwners(beats, owned);
  }

  async plans(read: ReadScope): Promise<readonly ReadPlan[]> {
    return (await this.#scoped(sql.plansSql(this.tables), read)).map(toPlan);
  }

  changes(read: ChangeRead): Promise<SagaChanges> {
    return changesOf(this.tables, this.send, read);
  }

  names(application: string): Promise<readonly string[]> {
    return this.#values(sql.namesSql(this.tables), [application]);
  }

  tagNames(application: string): Promise<readonly string[]> {
    return this.#values(sql.tagNamesSql(this.tables), [application, MAX_TAG_NAMES]);
  }

  tagValues({ application, tag, prefix, limit }: TagRead): Promise<readonly string[]> {
    const end = afterPrefix(prefix);
    const asked = [application, tag, limit, prefix, ...(end === undefined ? [] : [end])];
    return this.#values(sql.tagValuesSql(this.tables, end !== undefined), asked);
  }

  async find(read: FindRead): Promise<readonly SagaRow[]> {
    const { application, names = null, text, limit } = read;
    const end = afterPrefix(text);
    const more = end === undefined ? [] : [end];
    const columns = rowColumns(this.tables);
    const byId = await this.send({
      text: sql.byIdSql(this.tables, columns, end !== undefined),
      values: [application, await this.#namesOf(read), text, limit, ...more],
    });
    if (byId.length >= limit) return byId.map(toSagaRow);
    const byKey = await this.send({
      text: sql.byKeySql(this.tables, columns, end !== undefined),
      values: [application, names, text, limit, ...more],
    });
    return [...byId, ...byKey].slice(0, limit).map(toSagaRow);
  }

  records(refs: readonly Required<SagaRef>[]): Promise<readonly SagaRecords[]> {
    return recordsFor(this.tables, this.send, this.reader, refs);
  }

  async payloads(ref: SagaRef): Promise<SagaPayloads | undefined> {
    return payloadsOf(await this.reader.load(ref));
  }

  async size(): Promise<StoreSize> {
    const { sagas, appends, tags, owners, plans, requests, audit } = this.tables;
    const values = [[sagas, appends, tags, owners, plans, requests, audit]];
    const rows = await this.send({ text: sql.SIZES, values });
    const tables = rows.map(({ table, bytes }) => ({ table: String(table), bytes: Number(bytes) }));
    return { bytes: tables.reduce((sum, { bytes }) => sum + bytes, 0), tables };
  }

  async dryRun(query: ListQuery): Promise<ReadDryRun> {
    const dialect = { ...pageDialect(this.tables), columns: 's.status, s.park_reason' };
    const page = pageSql({ ...query, limit: MAX_DRY_RUN }, dialect);
    const text = `WITH f AS MATERIALIZED (${page.text})
      SELECT c.status, c.park_reason, count(*) AS sagas, (SELECT count(*) FROM f) AS found
      FROM (SELECT * FROM f LIMIT ${MAX_DRY_RUN}) c GROUP BY 1, 2`;
    return toDryRun(await this.send({ text, values: page.values }));
  }

  async list(query: ListQuery): Promise<readonly SagaRow[]> {
    return toPage(await this.send(pageSql(query, pageDialect(this.tables))), query).rows;
  }

  async #namesOf({ application, names }: ReadScope): Promise<readonly string[]> {
    return names ?? this.names(application);
  }

  #scoped(text: string, { application, names }: ReadScope): ReturnType<Send> {
    return this.send({ text, values: [application, names ?? null] });
  }

  async #values(text: string, values: readonly unknown[]): Promise<readonly string[]> {
    const rows: readonly SqlRow[] = await this.send({ text, values });
    return rows.map(({ value }) => String(value));
  }
}
