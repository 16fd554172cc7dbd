import type { ListQuery } from '../../core/index.js';
import { listConditions, storable, type SqlValue } from '../sql/index.js';

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

function taggedStream(query: ListQuery, bind: Bind): string {
  const [first, ...others] = query.tags.map(([name, value]) => ({
    name: storable('the name of a tag', name),
    value: storable(`tag '${name}'`, value),
  }));
  const conditions = [
    `d.name = ${bind(first?.name ?? '')} AND d.value = ${bind(first?.value ?? '')}`,
    listConditions({ ...query, tags: [] }, { bind, tagTable: 'saga_tags', orderedBy: 'd' }),
    ...others.map(
      ({ name, value }) => `EXISTS (SELECT 1 FROM saga_tags t WHERE t.name = ${bind(name)}
        AND t.value = ${bind(value)} AND t.created_at = d.created_at AND t.saga = d.saga)`,
    ),
  ];
  // CROSS JOIN: the tags lead, whatever the planner thinks.
  const source = 'saga_tags d CROSS JOIN sagas s ON s.saga = d.saga';
  return stream(source, 'd', conditions.join(' AND '), query.limit + 1);
}

/**
 * One page, from the index that fits best, so that it costs the same among ten sagas and among a
 * million: by tag, else by key, else by (name and) status, where a list of several statuses merges
 * the newest of each.
 */
export function pageSql(query: ListQuery, columns: string): PageSql {
  const values: SqlValue[] = [];
  const bind: Bind = (value) => {
    values.push(value);
    return '?';
  };
  const limit = query.limit + 1;
  const plain = (index: string, narrowed: ListQuery): string =>
    stream(
      `sagas s INDEXED BY ${index}`,
      's',
      listConditions(narrowed, { bind, tagTable: 'saga_tags' }),
      limit,
    );
  let streams: string[];
  if (query.tags.length > 0) streams = [taggedStream(query, bind)];
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
      : streams.map((sql) => `SELECT * FROM (${sql})`).join(' UNION ALL ');
  const text = `SELECT s.saga, ${columns} FROM (${found}) p CROSS JOIN sagas s ON s.saga = p.saga
    ORDER BY p.created_at DESC, p.saga DESC LIMIT ${limit}`;
  return { text, values };
}
