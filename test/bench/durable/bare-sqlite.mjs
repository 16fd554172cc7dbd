import { join } from 'node:path';
import { bareSagas } from './bare-saga.mjs';
import { foundDriver, walDurability } from './sqlite.mjs';

const SCHEMA = [
  `CREATE TABLE IF NOT EXISTS sagas (
    saga INTEGER PRIMARY KEY, name TEXT NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL,
    status TEXT NOT NULL, input TEXT NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL,
    UNIQUE (name, id)) STRICT`,
  "CREATE INDEX IF NOT EXISTS live ON sagas (created_at) WHERE status = 'running'",
  `CREATE TABLE IF NOT EXISTS appends (
    saga INTEGER NOT NULL, seq INTEGER NOT NULL, written_at INTEGER NOT NULL, records TEXT NOT NULL) STRICT`,
  'CREATE UNIQUE INDEX IF NOT EXISTS by_saga ON appends (saga, seq)',
];
/** Rows to a statement: a call costs more than a row. */
const CHUNKS = [64, 8, 1];

/** Runs a statement that is prepared for so many rows of `width` values, whatever their number. */
function inChunks(connection, width, sqlOf) {
  const statements = CHUNKS.map((rows) => [
    rows * width,
    connection.prepare(sqlOf((row) => Array(rows).fill(row).join(', '))),
  ]);
  return (values, ...shared) => {
    let at = 0;
    for (const [count, statement] of statements) {
      for (; values.length - at >= count; at += count) {
        statement.run(...shared, ...values.slice(at, at + count));
      }
    }
  };
}

/** The rows that our journal writes, by hand: by one connection to one file, on the driver that it uses. */
export async function startBareSqlite(config, ledger) {
  const driver = await foundDriver(config.lib);
  const connection = driver.open(join(config.folder, config.file));
  connection.exec('PRAGMA journal_mode = WAL');
  connection.exec('PRAGMA synchronous = FULL');
  connection.exec('PRAGMA wal_autocheckpoint = 4000');
  for (const statement of SCHEMA) connection.exec(statement);
  const create = inChunks(
    connection,
    5,
    (rows) =>
      `INSERT INTO sagas (saga, id, input, created_at, updated_at, name, version, status)
       VALUES ${rows("(?, ?, ?, ?, ?, 'PlaceOrder', 1, 'running')")}`,
  );
  const append = inChunks(
    connection,
    4,
    (rows) => `INSERT INTO appends (saga, seq, written_at, records) VALUES ${rows('(?, ?, ?, ?)')}`,
  );
  const end = inChunks(
    connection,
    1,
    (rows) => `UPDATE sagas SET status = 'completed', updated_at = ? WHERE saga IN (${rows('?')})`,
  );
  let commits = 0;
  const commit = (writes) => {
    const created = [];
    const appended = [];
    const ended = [];
    for (const { saga, seq, now, records, id, input, ended: isEnd } of writes) {
      if (id !== undefined) created.push(saga, id, input, now, now);
      appended.push(saga, seq, now, records);
      if (isEnd) ended.push(saga);
    }
    connection.exec('BEGIN IMMEDIATE');
    create(created);
    append(appended);
    end(ended, Date.now());
    connection.exec('COMMIT');
    commits += 1;
  };
  const { last } = connection.prepare('SELECT coalesce(max(saga), 0) AS last FROM sagas').get();
  const COUNT = `SELECT count(*) AS n FROM sagas s WHERE saga > ? AND status = 'completed'
    AND (SELECT count(*) FROM appends a WHERE a.saga = s.saga) = 4`;
  return {
    run: bareSagas({ lastKey: last, commit }, ledger),
    ended: () => connection.prepare(COUNT).get(last).n,
    commits: () => commits,
    checkDurability: () => walDurability(driver, connection),
    close: () => connection.close(),
  };
}
