/** The databases that a barrier can be in. */
export type BarrierDialect = 'postgres' | 'sqlite';

/** Every statement of a barrier, for one database and one schema. */
export interface BarrierSql {
  /** Answers a row where the table is there. */
  readonly look: string;
  /** Fails where a column is missing. */
  readonly check: string;
  readonly create: readonly string[];
  /** Answers a row when it was stored. Waits for another transaction that has stored the same. */
  readonly insert: Readonly<Record<'do' | 'undo' | 'nullUndo', string>>;
  /** Answers a row where the action has not run, which it never will then. */
  readonly block: string;
  /** As `insert` of an action; one that is refused up to some count runs where it has a greater one. */
  readonly run: string;
  /** Refuses an action that has not run up to a count, and answers whether it has. */
  readonly settle: string;
  readonly read: string;
  readonly keep: string;
  /** Deletes a batch of old rows, and answers them. */
  readonly sweep: string;
}

/** Asks any database which one it is, by what it understands. */
export const WHICH = 'SELECT CAST(CAST(1 AS boolean) AS text) AS answer';

/** So many rows are deleted at once. */
export const SWEEP_BATCH = 1_000;

/** The lock under which one process at a time makes the table. 'saga', 'barr' in ASCII. */
const LOCK = 'SELECT CAST(pg_advisory_xact_lock(1935763297, 1650553458) AS text)';

const NOW = {
  postgres: 'CAST(extract(epoch FROM clock_timestamp()) * 1000 AS bigint)',
  sqlite: "CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)",
} as const;

function createPostgres(schema: string | undefined, table: string): readonly string[] {
  return [
    LOCK,
    ...(schema === undefined ? [] : [`CREATE SCHEMA IF NOT EXISTS "${schema}"`]),
    // Texts compare by their bytes: the same on every server, and fast.
    `CREATE TABLE IF NOT EXISTS ${table} (
      action text COLLATE "C" NOT NULL,
      op text COLLATE "C" NOT NULL,
      ran boolean NOT NULL,
      result text COLLATE "C",
      at bigint NOT NULL,
      PRIMARY KEY (action, op)
    )`,
    `CREATE INDEX IF NOT EXISTS saga_barrier_by_age ON ${table} (at)`,
  ];
}

const CREATE_SQLITE = [
  `CREATE TABLE IF NOT EXISTS saga_barrier (
    action TEXT NOT NULL,
    op TEXT NOT NULL,
    ran INTEGER NOT NULL,
    result TEXT,
    at INTEGER NOT NULL,
    PRIMARY KEY (action, op)
  )`,
  'CREATE INDEX IF NOT EXISTS saga_barrier_by_age ON saga_barrier (at)',
];

/** @param schema of Postgres; it needs no escaping inside quotes. */
export function barrierSql(
  dialect: BarrierDialect,
  schema: string | undefined,
  keepMs: number,
): BarrierSql {
  const isPostgres = dialect === 'postgres';
  const table = schema === undefined ? 'saga_barrier' : `"${schema}".saga_barrier`;
  const now = NOW[dialect];
  const [first, second, third] = isPostgres ? ['$1', '$2', '$3'] : ['?', '?', '?'];
  const insert = (op: string, ran: boolean): string =>
    `INSERT INTO ${table} (action, op, ran, at) VALUES (${first}, '${op}', ${ran ? 'TRUE' : 'FALSE'}, ${now})
      ON CONFLICT (action, op) DO NOTHING RETURNING op`;
  const refusedBelow =
    'CASE WHEN b.ran OR b.result IS NULL THEN FALSE ELSE CAST(b.result AS integer) < CAST(excluded.result AS integer) END';
  const old = `SELECT action, op FROM ${table} WHERE at < ${now} - ${keepMs} ORDER BY at LIMIT ${SWEEP_BATCH}`;
  return {
    look: isPostgres
      ? `SELECT 1 AS found WHERE to_regclass('${table}') IS NOT NULL`
      : "SELECT 1 AS found FROM sqlite_master WHERE type = 'table' AND name = 'saga_barrier'",
    check: `SELECT action, op, ran, result, at FROM ${table} WHERE 1 = 0`,
    create: isPostgres ? createPostgres(schema, table) : CREATE_SQLITE,
    insert: {
      do: insert('do', true),
      undo: insert('undo', true),
      nullUndo: insert('undo', false),
    },
    block: `INSERT INTO ${table} AS b (action, op, ran, at) VALUES (${first}, 'do', FALSE, ${now})
      ON CONFLICT (action, op) DO UPDATE SET result = NULL WHERE NOT b.ran RETURNING op`,
    // A row of what has not run has the count up to which it is refused as its result; none: it is blocked for good.
    run: `INSERT INTO ${table} AS b (action, op, ran, result, at) VALUES (${first}, 'do', TRUE, ${second}, ${now})
      ON CONFLICT (action, op) DO UPDATE SET ran = TRUE, result = excluded.result, at = excluded.at
      WHERE ${refusedBelow} RETURNING op`,
    settle: `INSERT INTO ${table} AS b (action, op, ran, result, at) VALUES (${first}, 'do', FALSE, ${second}, ${now})
      ON CONFLICT (action, op) DO UPDATE SET result = CASE WHEN ${refusedBelow} THEN excluded.result ELSE b.result END
      RETURNING CASE WHEN ran THEN 1 ELSE 0 END AS ran, result`,
    // Drivers do not agree on what a boolean is.
    read: `SELECT CASE WHEN ran THEN 1 ELSE 0 END AS ran, result FROM ${table} WHERE action = ${first} AND op = ${second}`,
    keep: `UPDATE ${table} SET result = ${first} WHERE action = ${second} AND op = ${third}`,
    // What another process deletes, or an undo holds, is not waited for. Some clients answer a DELETE of Postgres otherwise
    // than a SELECT.
    sweep: isPostgres
      ? `WITH gone AS (DELETE FROM ${table} WHERE (action, op) IN (${old} FOR UPDATE SKIP LOCKED) RETURNING op)
        SELECT op FROM gone`
      : `DELETE FROM ${table} WHERE (action, op) IN (${old}) RETURNING op`,
  };
}
