import type { JournalBatch, NewSaga } from '../../core/index.js';
import { packEntries } from '../sql/index.js';
import { APPEND_COLUMNS, CREATE_COLUMNS } from './write-sql.js';

type Value = string | number | boolean | null;

type CreateRow = Readonly<Record<(typeof CREATE_COLUMNS)[number][0], Value>>;
type AppendRow = Readonly<Record<(typeof APPEND_COLUMNS)[number][0], Value>>;

function createRow(saga: NewSaga): CreateRow {
  const { name, id, version, fingerprint, status, key, deadline, input, owner, entries } = saga;
  return {
    ...{ name, id, version, fingerprint, status, key, deadline, input, owner },
    tags: JSON.stringify(saga.tags),
    initial_seq: entries.length,
    initial_records: packEntries(entries),
  };
}

function appendRow(saga: string, batch: JournalBatch): AppendRow {
  const { owner, epoch, status, progress, entries } = batch;
  return {
    ...{ saga, owner, epoch, status, progress },
    first_seq: entries[0]?.seq ?? null,
    last_seq: entries.at(-1)?.seq ?? null,
    records: packEntries(entries),
  };
}

/** One array per column of `CREATE_COLUMNS`. */
export function createValues(sagas: readonly NewSaga[]): readonly (readonly Value[])[] {
  const rows = sagas.map(createRow);
  return CREATE_COLUMNS.map(([column]) => rows.map((row) => row[column]));
}

/** One array per column of `APPEND_COLUMNS`, for batches with the keys of their sagas. */
export function appendValues(
  batches: readonly (readonly [saga: string, batch: JournalBatch])[],
): readonly (readonly Value[])[] {
  const rows = batches.map(([saga, batch]) => appendRow(saga, batch));
  return APPEND_COLUMNS.map(([column]) => rows.map((row) => row[column]));
}
