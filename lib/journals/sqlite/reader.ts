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
} from '../sql/index.js';
import type { Database } from './database.js';
import { AT_REST, LIVE } from './schema.js';

/** As text: a number that JavaScript does not have would fail the whole answer, in some drivers. */
const NUMBERS: ReadonlySet<string> = new Set([
  ...['version', 'deadline', 'epoch', 'recoveries', 'created_at'],
]);

/**
 * Everything of a saga's row. While it is live an append adds records and leaves the row alone, so
 * that its last record tells when it changed.
 */
export const ROW = SAGA_COLUMNS.map((column) => {
  if (column === 'updated_at') {
    return `CAST(coalesce((SELECT r.written_at FROM saga_appends r WHERE r.saga = s.saga
      ORDER BY r.seq DESC LIMIT 1), s.updated_at) AS TEXT) AS updated_at`;
  }
  return NUMBERS.has(column) ? `CAST(s.${column} AS TEXT) AS ${column}` : `s.${column}`;
}).join(', ');

export const PAGES: PageDialect = {
  columns: ROW,
  sagas: 'sagas',
  tags: 'saga_tags',
  live: `s.${LIVE}`,
  atRest: `s.${AT_REST}`,
  hint: (index) => `INDEXED BY ${index}`,
  // Other than JOIN, it is not turned round.
  join: 'CROSS JOIN',
  placeholder: () => '?',
};

/** The condition of a saga row `s` for the values of `refValues`. */
export const BY_REF = 's.application = ? AND s.name = ? AND s.id = ?';

export const ONE = `SELECT s.saga, ${ROW} FROM sagas s WHERE ${BY_REF}`;
export const APPENDS = 'SELECT records FROM saga_appends WHERE saga = ? ORDER BY seq';

/** Of a saga `s`: the seq of its last record, whatever is damaged of its appends. */
export const LAST_SEQ = `(SELECT max(r.seq) FROM saga_appends r
  WHERE r.saga = s.saga AND r.seq <= ${MAX_SEQ})`;
const LAST = `SELECT ${LAST_SEQ} AS seq FROM sagas s WHERE s.saga = ?`;

const TAGGED = `SELECT count(*) AS count
  FROM (SELECT 1 FROM saga_tags WHERE name = ? AND value = ? LIMIT 1000)`;

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
      const appends = this.database.all(APPENDS, saga).map(({ records }) => String(records));
      const nextSeq = Number(this.database.one(LAST, saga)?.['seq'] ?? 0) + 1;
      return { row: toSagaRow(row), ...unpackAll(appends), nextSeq };
    });
  }

  list(asked: ListQuery): SagaPage {
    const query = this.#rarestFirst(asked);
    const { text, values } = pageSql(query, PAGES);
    return toPage(this.database.query(text, values), query);
  }

  /** The tag that fewest sagas have leads; above a thousand they are not told apart. */
  #rarestFirst(query: ListQuery): ListQuery {
    if (query.tags.length < 2 || query.key !== undefined) return query;
    const counted = query.tags.map(([name, value]) => {
      const tag = [storable('the name of a tag', name), storable(`tag '${name}'`, value)];
      const row = this.database.one(TAGGED, ...tag);
      return { tag: [name, value] as const, count: Number(row?.['count']) };
    });
    counted.sort((one, other) => one.count - other.count);
    return { ...query, tags: counted.map(({ tag }) => tag) };
  }

  #find(ref: SagaRef): SqlRow | undefined {
    return this.database.one(ONE, ...refValues(ref));
  }
}

/** @throws SagaSerializationError for what no saga can be called. */
export function refValues({ application = '', name, id }: SagaRef): readonly string[] {
  return [storable('application', application), storable('name', name), storable('id', id)];
}
