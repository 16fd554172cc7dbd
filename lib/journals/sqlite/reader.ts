import {
  listQuery,
  type SagaFilter,
  type SagaPage,
  type SagaRef,
  type SagaRow,
  type StoredSaga,
} from '../../core/index.js';
import { SAGA_COLUMNS, storable, toEntry, toPage, toSagaRow, type SqlRow } from '../sql/index.js';
import type { Database } from './database.js';
import { pageSql } from './page-sql.js';

/**
 * Everything of a saga's row. While it is live an append adds records and leaves the row alone, so
 * that its last record tells when it changed.
 */
export const ROW = SAGA_COLUMNS.map((column) =>
  column === 'updated_at'
    ? `coalesce((SELECT r.written_at FROM saga_records r WHERE r.saga = s.saga
        ORDER BY r.seq DESC LIMIT 1), s.updated_at) AS updated_at`
    : `s.${column}`,
).join(', ');

const ONE = `SELECT s.saga, ${ROW} FROM sagas s WHERE s.name = ? AND s.id = ?`;
const RECORDS =
  'SELECT seq, at, epoch, head, result, context FROM saga_records WHERE saga = ? ORDER BY seq';

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
      const entries = this.database.all(RECORDS, row['saga'] ?? null).map(toEntry);
      return { row: toSagaRow(row), entries };
    });
  }

  list(filter: SagaFilter): SagaPage {
    const query = listQuery(filter);
    const { text, values } = pageSql(query, ROW);
    return toPage(this.database.query(text, values), query);
  }

  #find({ name, id }: SagaRef): SqlRow | undefined {
    return this.database.all(ONE, storable('name', name), storable('id', id))[0];
  }
}
