import { cursorAt, type ListQuery, type SagaPage, type SagaRow } from '../../core/index.js';
import { matches } from './matches.js';

interface Kept {
  readonly row: SagaRow;
  /** Order of creation, for the cursor. */
  readonly ordinal: number;
}

/** The page that a list asks for, newest first. */
export function pageOf(kept: readonly Kept[], query: ListQuery): SagaPage {
  const before = query.after?.key ?? Infinity;
  const found = kept
    .map(({ row, ordinal }) => ({ row, ordinal }))
    .filter(({ row, ordinal }) => ordinal < before && matches(row, query))
    .toReversed();
  const page = found.slice(0, query.limit);
  const rows = page.map(({ row }) => row);
  const last = page.at(-1);
  if (found.length <= query.limit || last === undefined) return { rows };
  return { rows, nextCursor: cursorAt({ createdAt: last.row.createdAt, key: last.ordinal }) };
}
