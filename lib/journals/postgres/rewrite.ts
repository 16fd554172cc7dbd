import type { Rewriter, SagaRef } from '../../core/index.js';
import { rewritten } from '../sql/index.js';
import { BY_REF, refValues, type Send } from './reader.js';
import type { Tables } from './tables.js';

const textsSql = ({ sagas, appends }: Tables): string =>
  `SELECT s.saga, s.input, s.initial_records,
      (SELECT json_agg(a.records ORDER BY a.first_seq) FROM ${appends} a WHERE a.saga = s.saga) AS appended
    FROM ${sagas} s WHERE ${BY_REF}`;

/** The row first, as whoever deletes a saga has it; by its key, which is never another saga's. */
const rewriteSql = ({ sagas, appends }: Tables): string =>
  `WITH given (old, new) AS (SELECT DISTINCT ON (t.old) t.old, t.new FROM unnest($2::text[], $3::text[]) t (old, new)),
    row AS MATERIALIZED (SELECT saga FROM ${sagas} WHERE saga = $1 FOR UPDATE),
    appended AS (UPDATE ${appends} a SET records = given.new FROM given, row
      WHERE a.saga = row.saga AND a.records = given.old)
    UPDATE ${sagas} s SET
      input = CASE WHEN s.input = $4 THEN $5 ELSE s.input END,
      initial_records = coalesce((SELECT new FROM given WHERE old = s.initial_records), s.initial_records)
    FROM row WHERE s.saga = row.saga`;

/** One statement, and so all of it or nothing. */
export async function rewrite(
  tables: Tables,
  send: Send,
  ref: SagaRef,
  rewriter: Rewriter,
): Promise<number | undefined> {
  const [row] = await send({ text: textsSql(tables), values: refValues(ref) });
  if (row === undefined) return undefined;
  const appended = JSON.parse(String(row['appended'] ?? '[]')) as readonly string[];
  const stored = {
    input: String(row['input']),
    appends: [String(row['initial_records']), ...appended],
  };
  const { input, appends, unreadable } = rewritten(stored, rewriter);
  if (input !== null || appends.length > 0) {
    const [old, anew] = [appends.map(({ from }) => from), appends.map(({ to }) => to)];
    const values = [row['saga'], old, anew, input?.from ?? null, input?.to ?? null];
    await send({ text: rewriteSql(tables), values });
  }
  return unreadable;
}
