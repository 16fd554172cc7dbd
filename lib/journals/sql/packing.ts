import { packedText, unpackEntry } from '../../core/journal/index.js';
import { messageOf } from '../../core/ports/index.js';
import type { JournalEntry, NewSaga, StoredSaga } from '../../core/index.js';

/** No saga has more records: a row that says more is damaged. */
export const MAX_SEQ = 1_000_000_000;

/** The records of one append as the text of its row: a row each would cost more than the text. */
export function packEntries(entries: readonly JournalEntry[]): string {
  return `[${entries.map(packedText).join(',')}]`;
}

/** As a column that most rows do not have. */
export function packHeaders(headers: NewSaga['headers']): string | null {
  if (headers === undefined || Object.keys(headers).length === 0) return null;
  return JSON.stringify(headers);
}

/** @throws for what is no append */
export function unpack(records: string | undefined): readonly JournalEntry[] {
  if (records === undefined) throw new Error('they are no UTF-8');
  const packed: unknown = JSON.parse(records);
  if (!Array.isArray(packed)) throw new Error('they are no records');
  return packed.map(unpackEntry);
}

/**
 * The records of a saga's appends, in order; an append that cannot be read is passed over, and
 * reported. One whose bytes are no text is `undefined`.
 */
export function unpackAll(
  appends: readonly (string | undefined)[],
): Pick<StoredSaga, 'entries'> | Required<Pick<StoredSaga, 'entries' | 'damage'>> {
  const entries: JournalEntry[] = [];
  let damage: string | undefined;
  for (const [index, records] of appends.entries()) {
    try {
      entries.push(...unpack(records));
    } catch (error) {
      damage ??= `the records of write ${index + 1} cannot be read (${messageOf(error)})`;
    }
  }
  return damage === undefined ? { entries } : { entries, damage };
}
