import type { StoredSaga } from './stored-saga.js';

/**
 * Why what is stored of a saga is not all that was written; `undefined` when every record can be read,
 * none is missing, and all are in their order.
 */
export function damageOf({ row, entries, nextSeq, damage }: StoredSaga): string | undefined {
  const unread = row.damage ?? damage;
  if (unread !== undefined) return unread;
  let before = 1;
  for (const [index, { seq, epoch }] of entries.entries()) {
    if (seq !== index + 1) return `record ${index + 1} is missing, ${seq} stands in its place`;
    if (epoch < before || epoch > row.epoch) return `record ${seq} has the epoch ${epoch}`;
    before = epoch;
  }
  return nextSeq === entries.length + 1 && nextSeq > 1
    ? undefined
    : `${entries.length} records are there, and the next is to be ${nextSeq}`;
}
