import type { ListQuery } from '../../core/index.js';
import { listConditions } from './conditions.js';
import type { SqlValue } from './rows.js';
import { storable } from './storable.js';

/** How one store writes a page. Its indices have the same names in all of them. */
export interface PageDialect {
  /** What to select of the saga row `s`. */
  readonly columns: string;
  readonly sagas: string;
  readonly tags: string;
  /** The clause that makes the store read this index, where it must be told. */
  hint(index: string): string;
  /** A join whose left side leads. */
  readonly join: string;
  /** The placeholder of the value number `position`, from 1. */
  placeholder(position: number): string;
}

export interface PageSql {
  readonly text: string;
  readonly values: readonly SqlValue[];
}

type Bind = (value: string | number) => string;

const STATUSES = ['running', 'compensating', 'completed', 'compensated', 'parked'] as const;

/** The newest sagas of an index, as (created_at, saga); `orderedBy` is the table it is read from. */
function stream(source: string, orderedBy: string, conditions: string, limit: number): string {
  return `SELECT ${orderedBy}.created_at AS created_at, ${orderedBy}.saga AS saga FROM ${source}
    WHERE ${conditions} ORDER BY ${orderedBy}.created_at DESC, ${orderedBy}.saga DESC LIMIT ${limit}`;
}

function taggedStream(query: ListQuery, dialect: PageDialect, bind: Bind): string {
  const [first, ...others] = query.tags.map(([name, value]) => ({
    name: storable('the name of a tag', name),
    value: storable(`tag '${name}'`, value),
  }));
  const { tags, sagas, join } = dialect;
  const conditions = [
    `d.name = ${bind(first?.name ?? '')} AND d.value = ${bind(first?.value ?? '')}`,
    listConditions({ ...query, tags: [] }, { bind, tagTable: tags, orderedBy: 'd' }),
    ...others.map(
      ({ name, value }) => `EXISTS (SELECT 1 FROM ${tags} t WHERE t.name = ${bind(name)}
        AND t.value = ${bind(value)} AND t.created_at = d.created_at AND t.saga = d.saga)`,
    ),
  ];
  // The tags lead: theirs is the order.
  const source = `${tags} d ${join} ${sagas} s ON s.saga = d.saga`;
  return stream(source, 'd', conditions.join(' AND '), query.limit + 1);
}

/**
 * One page, from the index that fits best, so that it costs the same among ten sagas and among a
 * million: by tag, else by key, else by (name and) status, where a list of several statuses merges
 * the newest of each.
 */
export function pageSql(query: ListQuery, dialect: PageDialect): PageSql {
  const { sagas, tags: tagTable } = dialect;
  const values: SqlValue[] = [];
  const bind: Bind = (value) => dialect.placeholder(values.push(value));
  const limit = query.limit + 1;
  const plain = (index: string, narrowed: ListQuery): string => {
    const conditions = listConditions(narrowed, { bind, tagTable });
    return stream(`${sagas} s ${dialect.hint(index)}`, 's', conditions, limit);
  };
  let streams: string[];
  if (query.tags.length > 0) streams = [taggedStream(query, dialect, bind)];
  else if (query.key !== undefined) streams = [plain('sagas_by_key', query)];
  else {
    const index = query.name === undefined ? 'sagas_by_status' : 'sagas_by_name';
    streams = (query.statuses ?? STATUSES).map((status) =>
      plain(index, { ...query, statuses: [status] }),
    );
  }
  // An empty list of statuses: nothing can have one of them.
  const found =
    streams.length === 0
      ? 'SELECT 0 AS created_at, 0 AS saga WHERE FALSE'
      : streams.map((sql, at) => `SELECT * FROM (${sql}) AS q${at}`).join(' UNION ALL ');
  const text = `SELECT s.saga, ${dialect.columns}
    FROM (${found}) p ${dialect.join} ${sagas} s ON s.saga = p.saga
    ORDER BY p.created_at DESC, p.saga DESC LIMIT ${limit}`;
  return { text, values };
}
