import { wakeTimeOf, type JournalBatch, type NewSaga } from '../../core/index.js';
import { packEntries, packHeaders } from '../sql/index.js';
import { binaryArray, type ColumnType, type ColumnValue } from './arrays.js';

/** A parameter of a write: an array with an element per item. */
export interface Column<Item> {
  readonly name: string;
  readonly type: ColumnType;
  /** Never null, and often the same in all items of a write: then an array of one. */
  readonly alike?: true;
  readonly of: (item: Item) => ColumnValue;
}

export type Append = readonly [saga: string, batch: JournalBatch];

/** `null`: of nobody yet. */
type Created = Omit<NewSaga, 'owner'> & { readonly owner: string | null };

export const CREATE_COLUMNS: readonly Column<Created>[] = [
  { name: 'application', type: 'text', alike: true, of: ({ application = '' }) => application },
  { name: 'name', type: 'text', alike: true, of: ({ name }) => name },
  { name: 'id', type: 'text', of: ({ id }) => id },
  { name: 'birth', type: 'text', of: ({ birth = '' }) => birth },
  { name: 'version', type: 'bigint', alike: true, of: ({ version }) => version },
  { name: 'fingerprint', type: 'text', alike: true, of: ({ fingerprint }) => fingerprint },
  { name: 'status', type: 'text', alike: true, of: ({ status }) => status },
  { name: 'key', type: 'text', of: ({ key }) => key },
  { name: 'tags', type: 'text', alike: true, of: ({ tags }) => JSON.stringify(tags) },
  { name: 'headers', type: 'text', of: ({ headers }) => packHeaders(headers) },
  { name: 'deadline', type: 'bigint', of: ({ deadline }) => deadline && Math.ceil(deadline) },
  { name: 'input', type: 'text', of: ({ input }) => input },
  { name: 'owner', type: 'text', alike: true, of: ({ owner }) => owner },
  { name: 'initial_seq', type: 'integer', alike: true, of: ({ entries }) => entries.length },
  { name: 'initial_records', type: 'text', of: ({ entries }) => packEntries(entries) },
];

export const APPEND_COLUMNS: readonly Column<Append>[] = [
  { name: 'saga', type: 'bigint', of: ([saga]) => saga },
  { name: 'owner', type: 'text', alike: true, of: ([, { owner }]) => owner },
  { name: 'epoch', type: 'integer', alike: true, of: ([, { epoch }]) => epoch },
  { name: 'first_seq', type: 'integer', of: ([, { entries }]) => entries[0]?.seq ?? null },
  { name: 'last_seq', type: 'integer', of: ([, { entries }]) => entries.at(-1)?.seq ?? null },
  { name: 'status', type: 'text', alike: true, of: ([, { status }]) => status },
  { name: 'parked', type: 'text', of: ([, { parked }]) => parkedText(parked) },
  { name: 'progress', type: 'boolean', alike: true, of: ([, { progress }]) => progress },
  { name: 'wake_at', type: 'bigint', of: ([, { sleep }]) => (sleep ? wakeTimeOf(sleep) : null) },
  { name: 'records', type: 'text', of: ([, { entries }]) => packEntries(entries) },
];

/** Of an append that leaves the row of its saga as it is. */
export const STAY_COLUMNS = APPEND_COLUMNS.filter(
  ({ name }) => name !== 'parked' && name !== 'wake_at',
);

/** As one value, which hardly any append has. */
function parkedText(parked: JournalBatch['parked']): string | null {
  return parked === undefined ? null : JSON.stringify([parked.reason, parked.label]);
}

/** A value per column of each item. */
export function rowValues<Item>(
  columns: readonly Column<Item>[],
  items: readonly Item[],
): readonly ColumnValue[] {
  return items.flatMap((item) => columns.map(({ of }) => of(item)));
}

/** An array per column; an empty one is of nulls alone. */
export function columnValues<Item>(
  columns: readonly Column<Item>[],
  items: readonly Item[],
): readonly Buffer[] {
  return columns.map(({ type, of, alike }) => {
    const values = items.map(of);
    const [first = null] = values;
    const isOne = (alike === true || first === null) && values.every((value) => value === first);
    return binaryArray(type, isOne ? (first === null ? [] : [first]) : values);
  });
}
