import {
  listQuery,
  type SagaFilter,
  type SagaPage,
  type SagaRef,
  type SagaRow,
  type StoredSaga,
} from '../../core/index.js';
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
import type { PgQuery } from './driver.js';
import type { Tables } from './tables.js';

/** Sends one query, and tells its rows with every column as text. */
export type Send = (query: PgQuery) => Promise<readonly SqlRow[]>;

/**
 * Everything of a saga's row. Before its end an append adds records and leaves the row alone, so that
 * its last append tells when it changed.
 */
export function rowColumns({ appends }: Tables): string {
  const changed = `(SELECT a.written_at FROM ${appends} a WHERE a.saga = s.saga
    ORDER BY a.first_seq DESC LIMIT 1)`;
  return SAGA_COLUMNS.map((column) =>
    column === 'updated_at' ? `coalesce(${changed}, s.updated_at) AS updated_at` : `s.${column}`,
  ).join(', ');
}

export function pageDialect(tables: Tables): PageDialect {
  return {
    columns: rowColumns(tables),
    sagas: tables.sagas,
    tags: tables.tags,
    live: 'TRUE',
    atRest: 'TRUE',
    hint: () => '',
    join: 'JOIN',
    placeholder: (position) => `$${position}`,
  };
}

/** The condition of a saga row `s` for the values of `refValues`. */
export const BY_REF = 's.application = $1 AND s.name = $2 AND s.id = $3';

export function oneSql(tables: Tables): string {
  return `SELECT ${rowColumns(tables)} FROM ${tables.sagas} s WHERE ${BY_REF}`;
}

/**
 * The seq of the next record of a row of sagas, whatever is damaged of its appends: it must be free, and no
 * number may be too large for the column.
 */
export function nextSeqSql({ appends }: Tables, saga: string): string {
  return `1 + coalesce((
      SELECT CASE WHEN a.last_seq BETWEEN a.first_seq AND ${MAX_SEQ} THEN a.last_seq ELSE a.first_seq END
      FROM ${appends} a WHERE a.saga = ${saga}.saga AND a.first_seq BETWEEN 1 AND ${MAX_SEQ}
      ORDER BY a.first_seq DESC LIMIT 1
    ), greatest(0, least(${saga}.initial_seq, ${MAX_SEQ})))`;
}

/** Row and records in one statement: they are of the same moment. */
export function loadSql(tables: Tables): string {
  return `SELECT ${rowColumns(tables)}, s.initial_records, ${nextSeqSql(tables, 's')} AS next_seq,
      (SELECT json_agg(a.records ORDER BY a.first_seq) FROM ${tables.appends} a WHERE a.saga = s.saga) AS appended
    FROM ${tables.sagas} s WHERE ${BY_REF}`;
}

/** Reads what was committed, by whichever process. */
export class Reader {
  readonly #one: string;
  readonly #load: string;
  readonly #pages: PageDialect;

  constructor(
    tables: Tables,
    /** For one saga, and for many of them. */
    private readonly act: Send,
    private readonly send: Send,
  ) {
    this.#one = oneSql(tables);
    this.#load = loadSql(tables);
    this.#pages = pageDialect(tables);
  }

  async get(ref: SagaRef): Promise<SagaRow | undefined> {
    const [row] = await this.act({ text: this.#one, values: refValues(ref) });
    return row && toSagaRow(row);
  }

  async load(ref: SagaRef): Promise<StoredSaga | undefined> {
    const [row] = await this.act({ text: this.#load, values: refValues(ref) });
    if (row === undefined) return undefined;
    const appended = JSON.parse(String(row['appended'] ?? '[]')) as readonly string[];
    const records = [String(row['initial_records']), ...appended];
    return { row: toSagaRow(row), ...unpackAll(records), nextSeq: Number(row['next_seq']) };
  }

  async list(filter: SagaFilter): Promise<SagaPage> {
    const query = listQuery(filter);
    return toPage(await this.send(pageSql(query, this.#pages)), query);
  }
}

/** @throws SagaSerializationError for what no saga can be called. */
export function refValues({ application = '', name, id }: SagaRef): readonly string[] {
  return [storable('application', application), storable('name', name), storable('id', id)];
}
