import type { JournalEntry } from '../../core/index.js';
import type { SqlRow } from '../sql/index.js';

type Packed = readonly [
  seq: number,
  at: number,
  epoch: number,
  head: string,
  result: string | null,
  context: string | null,
];

/** The records of one append as the text of its row. */
export function packEntries(entries: readonly JournalEntry[]): string {
  return JSON.stringify(
    entries.map(({ seq, at, epoch, head, result, context }): Packed => {
      return [seq, at, epoch, head, result, context];
    }),
  );
}

export function unpackEntries(row: SqlRow): readonly JournalEntry[] {
  const packed = JSON.parse(String(row['records'])) as readonly Packed[];
  return packed.map(([seq, at, epoch, head, result, context]) => {
    return { seq, at, epoch, head, result, context };
  });
}
