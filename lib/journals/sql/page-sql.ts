import type { ListQuery, SagaStatus } from '../../core/index.js';
import { listConditions } from './conditions.js';
import type { SqlValue } from './rows.js';
import { storable } from './storable.js';

/** How one store writes a page. Its indices have the same names in all of them. */
export interface PageDialect {
  /** What to select of the saga row `s`. */
  readonly columns: string;
  readonly sagas: string;
  readonly tags: string;
  /**
   * What a search must say of `s` for the indices of unfinished sagas, and of those at rest, to be
   * used: `TRUE` where the status says enough. A planner without statistics takes every condition for
   * rare.
   */
  readonly live: string;
  readonly atRest: string;
  /** The clause that makes the store read this index, where it must be told. */
  hint(index: string): string;
  /** A join whose left side leads. */
  readonly join: string;
  /** The placeholder of the value number `position`, from 1; values are bound in the order of the text. */
  placeholder(position: number): string;
}

export interface PageSql {
  readonly text: string;
  readonly values: readonly SqlValue[];
}

type Bind = (value: string | number | bigint) => string;

const LIVE: readonly SagaStatus[] = ['running', 'compensating'];
const STATUSES: readonly SagaStatus[] = [...LIVE, 'completed', 'compensated', 'parked'];

/** The newest sagas of an index, as (created_at, saga); `orderedBy` is the table it is read from. */
function stream(source: string, orderedBy: string, conditions: string, limit: number): string {
  return `SELECT ${orderedBy}.created_at AS created_at, ${orderedBy}.saga AS saga FROM ${source}
    WHERE ${conditions} ORDER BY ${orderedBy}.created_at DESC, ${orderedBy}.saga DESC LIMIT ${limit}`;
}

type Tag = ListQuery['tags'][number];

function tagCondition(
  alias: string,
  { application }: ListQuery,
  [name, value]: Tag,
  bind: Bind,
): string {
  const whose = bind(storable('application', application));
  const bound = bind(storable('the name of a tag', name));
  return `${alias}.application = ${whose} AND ${alias}.name = ${bound}
    AND ${alias}.value = ${bind(storable(`tag '${name}'`, value))}`;
}

function conditionsOf(
  query: ListQuery,
  orderedBy: string,
  tags: readonly Tag[],
  dialect: PageDialect,
  bind: Bind,
): string {
  // In the order of the text: a store may count its placeholders.
  const listed = listConditions(query, { bind, orderedBy });
  const tagged = tags.map(
    (tag) => `EXISTS (SELECT 1 FROM ${dialect.tags} t WHERE ${tagCondition('t', query, tag, bind)}
      AND t.created_at = ${orderedBy}.created_at AND t.saga = ${orderedBy}.saga)`,
  );
  return [listed, ...tagged].join(' AND ');
}

function keyStream(query: ListQuery, dialect: PageDialect, bind: Bind): string {
  const conditions = conditionsOf(query, 's', query.tags, dialect, bind);
  const source = `${dialect.sagas} s ${dialect.hint('sagas_by_key')}`;
  return stream(source, 's', conditions, query.limit + 1);
}

/** Unfinished sagas are few, and are sorted. */
function statusStream(
  status: SagaStatus,
  query: ListQuery,
  dialect: PageDialect,
  bind: Bind,
): string {
  const isLive = LIVE.includes(status);
  const byName = query.name === undefined ? 'sagas_by_status' : 'sagas_by_name';
  const conditions = conditionsOf({ ...query, statuses: [status] }, 's', [], dialect, bind);
  const indexed = `${isLive ? dialect.live : dialect.atRest} AND ${conditions}`;
  const source = `${dialect.sagas} s ${dialect.hint(isLive ? 'sagas_live' : byName)}`;
  return stream(source, 's', indexed, query.limit + 1);
}

function taggedStream(query: ListQuery, dialect: PageDialect, bind: Bind): string {
  const [first = ['', ''], ...others] = query.tags;
  const leading = tagCondition('d', query, first, bind);
  const conditions = conditionsOf(query, 'd', others, dialect, bind);
  // The tag leads: its order is that of the page.
  const source = `${dialect.tags} d ${dialect.join} ${dialect.sagas} s ON s.saga = d.saga`;
  return stream(source, 'd', `${leading} AND ${conditions}`, query.limit + 1);
}

function streamsOf(query: ListQuery, dialect: PageDialect, bind: Bind): readonly string[] {
  if (query.key !== undefined) return [keyStream(query, dialect, bind)];
  if (query.tags.length > 0) return [taggedStream(query, dialect, bind)];
  const statuses = query.statuses ?? STATUSES;
  return statuses.map((status) => statusStream(status, query, dialect, bind));
}

/** An empty list of statuses: nothing can have one of them. */
const NOTHING = 'SELECT 0 AS created_at, 0 AS saga WHERE FALSE';

/**
 * One page, from the index that fits best, so that it costs the same among ten sagas and among a
 * million: by key, else by the first tag, which should be the rarest, else by (name and) status,
 * where a list of several statuses merges the newest of each.
 */
export function pageSql(query: ListQuery, dialect: PageDialect): PageSql {
  const values: SqlValue[] = [];
  const bind: Bind = (value) => dialect.placeholder(values.push(value));
  const streams = streamsOf(query, dialect, bind);
  const found = streams.map((sql, at) => `SELECT * FROM (${sql}) AS q${at}`).join(' UNION ALL ');
  const text = `SELECT s.saga, ${dialect.columns}
    FROM (${found === '' ? NOTHING : found}) p ${dialect.join} ${dialect.sagas} s ON s.saga = p.saga
    ORDER BY p.created_at DESC, p.saga DESC LIMIT ${query.limit + 1}`;
  return { text, values };
}
