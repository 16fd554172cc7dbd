import type { JournalEntry } from '../../core/index.js';

type Packed = readonly [
  seq: number,
  at: number,
  epoch: number,
  head: string,
  result: string | null,
  context: string | null,
];

/** The records of one append as the text of its row: a row each would cost more than the text. */
export function packEntries(entries: readonly JournalEntry[]): string {
  return JSON.stringify(
    entries.map(({ seq, at, epoch, head, result, context }): Packed => {
      return [seq, at, epoch, head, result, context];
    }),
  );
}

export function unpackEntries(records: string): readonly JournalEntry[] {
  const packed = JSON.parse(records) as readonly Packed[];
  return packed.map(([seq, at, epoch, head, result, context]) => {
    return { seq, at, epoch, head, result, context };
  });
}
