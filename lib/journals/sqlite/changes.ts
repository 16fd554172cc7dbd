import type { ChangeRead, SagaChanges } from '../../core/index.js';
import { toChanges } from '../sql/index.js';
import { apart, together } from './columns.js';
import type { Database } from './database.js';
import { listOf, placed } from './placed.js';

/** Appends that are looked at for changes, at most. */
const MAX_APPENDS = 5_000;
const NEWEST = `SELECT rowid AS at, saga, seq FROM saga_appends NOT INDEXED ORDER BY rowid DESC LIMIT 1`;
const IS_THERE = 'SELECT 1 FROM saga_appends NOT INDEXED WHERE rowid = ? AND saga = ? AND seq = ?';
/** `?1` the place of the last change that was told, `?2` application, `?3` names or `null`. */
const CHANGED = `SELECT ${together({ application: 's.application', name: 's.name', id: 's.id' })}
  FROM (SELECT rowid AS at, saga FROM saga_appends NOT INDEXED WHERE rowid > ?1
    ORDER BY rowid DESC LIMIT ${MAX_APPENDS}) a CROSS JOIN sagas s ON s.saga = a.saga
  WHERE s.application = ?2 AND (?3 IS NULL OR s.name IN (SELECT value FROM json_each(?3)))
  ORDER BY a.at DESC`;

/** Where the last answer ended, if that is there still: what came after it stands behind it then. */
function placeOf(database: Database, cursor: string): number | undefined {
  const [, at, saga, seq] = /^s(\d{1,15})\.(\d{1,15})\.(\d{1,15})$/.exec(cursor)?.map(Number) ?? [];
  if (at === undefined || saga === undefined || seq === undefined) return undefined;
  // There was nothing yet.
  if (at === 0) return 0;
  return database.one(IS_THERE, at, saga, seq) === undefined ? undefined : at;
}

/** Inside a transaction: the cursor is the end of what is looked at. */
export function changesOf(database: Database, read: ChangeRead): SagaChanges {
  const { at = 0, saga = 0, seq = 0 } = database.one(NEWEST) ?? {};
  const cursor = `s${String(at)}.${String(saga)}.${String(seq)}`;
  if (read.cursor === undefined) return { refs: [], isPartial: false, cursor };
  const after = placeOf(database, read.cursor);
  if (after === undefined) return { refs: [], isPartial: true, cursor };
  const { application, names, limit } = read;
  const [text, values] = placed(CHANGED, [after, application, listOf(names)]);
  const rows = database.all(text, ...values).map(apart);
  return toChanges(rows, limit, cursor, Number(at) - after > MAX_APPENDS);
}
