import type { ListQuery, SagaPage, SagaRef, SagaRow, StoredSaga } from '../../core/index.js';
import {
  MAX_SEQ,
  pageSql,
  SAGA_COLUMNS,
  storable,
  toPage,
  toSagaRow,
  unpackAll,
  type PageDialect,
  type SqlRow,
  type StoredTexts,
} from '../sql/index.js';
import { apart, bytesOf, textOf, together } from './columns.js';
import type { Database } from './database.js';
import { AT_REST, LIVE } from './schema.js';

/**
 * Everything of a saga's row. Before its end an append adds records and leaves the row alone, so that
 * its last record tells when it changed.
 */
export function rowOf(sagas: string): string {
  return together({
    saga: `${sagas}.saga`,
    ...Object.fromEntries(SAGA_COLUMNS.map((column) => [column, `${sagas}.${column}`])),
    // Pages are continued at exactly this time, also when it is beyond what JavaScript counts to.
    created_at: `CAST(${sagas}.created_at AS TEXT)`,
    updated_at: `coalesce((SELECT r.written_at FROM saga_appends r WHERE r.saga = ${sagas}.saga
      ORDER BY r.seq DESC LIMIT 1), ${sagas}.updated_at)`,
  });
}

const ROW = rowOf('s');

export const PAGES: PageDialect = {
  columns: ROW,
  sagas: 'sagas',
  tags: 'saga_tags',
  live: `s.${LIVE}`,
  atRest: `s.${AT_REST}`,
  hint: (index) => `INDEXED BY ${index}`,
  // Unlike a JOIN, it is never reordered.
  join: 'CROSS JOIN',
  placeholder: () => '?',
};

/** The condition of a saga row `s` for the values of `refValues`. */
export const BY_REF = 's.application = ? AND s.name = ? AND s.id = ?';

export const ONE = `SELECT ${ROW} FROM sagas s WHERE ${BY_REF}`;
const TEXTS = `SELECT s.saga, ${bytesOf('s.input')} AS input FROM sagas s WHERE ${BY_REF}`;
export const APPENDS = `SELECT ${bytesOf('records')} AS records FROM saga_appends
  WHERE saga = ? ORDER BY seq`;

/** Of a saga `s`: the seq of its last record, whatever is damaged of its appends. */
export const LAST_SEQ = `(SELECT max(r.seq) FROM saga_appends r
  WHERE r.saga = s.saga AND r.seq <= ${MAX_SEQ})`;
const LAST = `SELECT ${LAST_SEQ} AS seq FROM sagas s WHERE s.saga = ?`;

const TAGGED = `SELECT count(*) AS count
  FROM (SELECT 1 FROM saga_tags WHERE application = ? AND name = ? AND value = ? LIMIT 1000)`;

/** Reads what was committed, by whichever process. */
export class Reader {
  constructor(private readonly database: Database) {}

  get(ref: SagaRef): SagaRow | undefined {
    const row = this.#find(ref);
    return row && toSagaRow(row);
  }

  load(ref: SagaRef): StoredSaga | undefined {
    // One transaction: the row and the records are of the same moment.
    return this.database.transaction('DEFERRED', () => {
      const row = this.#find(ref);
      if (row === undefined) return undefined;
      const { saga = null } = row;
      const appends = this.database.all(APPENDS, saga).map(({ records }) => textOf(records));
      const nextSeq = Number(this.database.one(LAST, saga)?.['seq']) + 1;
      return { row: toSagaRow(row), ...unpackAll(appends), nextSeq };
    });
  }

  texts(ref: SagaRef): StoredTexts | undefined {
    return this.database.transaction('DEFERRED', () => {
      const row = this.database.one(TEXTS, ...refValues(ref));
      if (row === undefined) return undefined;
      const appends = this.database.all(APPENDS, row['saga'] ?? null);
      return {
        input: textOf(row['input']),
        appends: appends.map(({ records }) => textOf(records)),
      };
    });
  }

  list(asked: ListQuery): SagaPage {
    const query = this.#rarestFirst(asked);
    const { text, values } = pageSql(query, PAGES);
    const found = this.database.query(text, values).map(apart);
    return toPage(found, query);
  }

  /** The tag that fewest sagas have comes first; counted up to a thousand. */
  #rarestFirst(query: ListQuery): ListQuery {
    if (query.tags.length < 2 || query.key !== undefined) return query;
    const counted = query.tags.map(([name, value]) => {
      const tag = [storable('the name of a tag', name), storable(`tag '${name}'`, value)];
      const row = this.database.one(TAGGED, storable('application', query.application), ...tag);
      return { tag: [name, value] as const, count: Number(row?.['count']) };
    });
    counted.sort((one, other) => one.count - other.count);
    return { ...query, tags: counted.map(({ tag }) => tag) };
  }

  #find(ref: SagaRef): SqlRow | undefined {
    const row = this.database.one(ONE, ...refValues(ref));
    return row && apart(row);
  }
}

/** @throws SagaSerializationError for what no saga can be called. */
export function refValues({ application = '', name, id }: SagaRef): readonly string[] {
  return [storable('application', application), storable('name', name), storable('id', id)];
}
