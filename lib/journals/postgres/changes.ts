import type { ChangeRead, SagaChanges } from '../../core/index.js';
import { toChanges, type SqlRow } from '../sql/index.js';
import { NOW } from './expressions.js';
import type { Send } from './reader.js';
import type { Tables } from './tables.js';

/** Rows that are looked at for changes, at most. */
const MAX_ROWS = 5_000;
/** A transaction that took longer between its write and its commit may go untold, in ms. */
const LONGEST_COMMIT_MS = 5_000;
const XIDS = 2 ** 32;

/** The clock, and the oldest transaction that may still commit something. */
const HORIZON = `SELECT ${NOW} AS now, mod(pg_snapshot_xmin(pg_current_snapshot())::text::bigint, ${XIDS}) AS xid`;

/** Whether a row was written by that transaction or a later one: their numbers begin again at some time. */
function isNew(row: string): string {
  return `mod(${row}.xmin::text::bigint - $2::bigint + ${XIDS}, ${XIDS}) < ${XIDS / 2}`;
}

/**
 * `$1` the least time, `$2` the horizon of the last answer, `$3` application, `$4` names or `null`. What was
 * committed late is told by its transaction, not by its time. New sagas have their first records in their row.
 * How many rows were found is told also where all of them are somebody else's.
 */
export function changesSql({ sagas, appends }: Tables): string {
  return `WITH appended AS MATERIALIZED (
      SELECT a.saga, a.written_at AS at FROM ${appends} a
      WHERE a.written_at >= $1 AND ${isNew('a')} ORDER BY a.written_at DESC LIMIT ${MAX_ROWS + 1}
    ), latest AS MATERIALIZED (
      SELECT c.saga, c.created_at AS at, ${isNew('c')} AS is_new FROM (
        SELECT n.saga, n.created_at, n.xmin FROM ${sagas} n ORDER BY n.saga DESC LIMIT ${MAX_ROWS + 1}
      ) c WHERE c.created_at >= $1
    ), found AS (
      SELECT saga, at FROM appended UNION ALL SELECT saga, at FROM latest WHERE is_new
    ), counted AS (
      SELECT greatest((SELECT count(*) FROM found), (SELECT count(*) FROM latest)) AS rows
    )
    SELECT s.application, s.name, s.id, counted.rows
    FROM counted LEFT JOIN (found f JOIN ${sagas} s ON s.saga = f.saga
      AND s.application = $3 AND ($4::text[] IS NULL OR s.name = ANY($4::text[]))) ON true
    ORDER BY f.at DESC, f.saga DESC`;
}

interface Place {
  readonly now: number;
  readonly xid: number;
}

function placeOf(cursor: string): Place | undefined {
  const [, now, xid] = /^p(\d{1,16})\.(\d{1,10})$/.exec(cursor)?.map(Number) ?? [];
  return now === undefined || xid === undefined ? undefined : { now, xid };
}

/** Of two statements, the cursor first: what is committed between them is told again, and never left out. */
export async function changesOf(
  tables: Tables,
  send: Send,
  read: ChangeRead,
): Promise<SagaChanges> {
  const [row] = await send({ text: HORIZON });
  const horizon = { now: Number(row?.['now']), xid: Number(row?.['xid']) };
  const cursor = `p${horizon.now}.${horizon.xid}`;
  if (read.cursor === undefined) return { refs: [], isPartial: false, cursor };
  const after = placeOf(read.cursor);
  // A clock that was set back tells no more what came after.
  if (after === undefined || after.now > horizon.now) return { refs: [], isPartial: true, cursor };
  const values = [after.now - LONGEST_COMMIT_MS, after.xid, read.application, read.names ?? null];
  const rows: readonly SqlRow[] = await send({ text: changesSql(tables), values });
  const told = rows.filter(({ id }) => id !== null);
  return toChanges(told, read.limit, cursor, Number(rows[0]?.['rows']) > MAX_ROWS);
}
