import { exactly } from '../../core/journal/index.js';
import { cursorAt, type ListQuery, type SagaPage } from '../../core/index.js';
import { toSagaRow, type SqlRow } from './rows.js';

/** A page from the rows that were found: `limit + 1` of them when another page follows. */
export function toPage(found: readonly SqlRow[], { limit }: ListQuery): SagaPage {
  const page = found.slice(0, limit);
  const rows = page.map(toSagaRow);
  const last = page.at(-1);
  if (found.length <= limit || last === undefined) return { rows };
  const position = { createdAt: exactly(String(last['created_at'])), key: Number(last['saga']) };
  return { rows, nextCursor: cursorAt(position) };
}
