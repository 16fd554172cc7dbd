import { SagaOptionsError } from '../../core/index.js';
import type { SqlRow, SqlValue } from '../sql/index.js';
import {
  driverOf,
  type SqliteConnection,
  type SqliteDatabaseClass,
  type SqliteDriver,
  type SqliteRunResult,
} from './driver.js';
import { fullMessageOf } from '../../core/ports/index.js';

/** Absent before Node 22.13; asked for so that no bundler and no older Node looks for it. */
export function builtInDriver(): SqliteDriver | undefined {
  const sqlite = process.getBuiltinModule('node:sqlite' as 'node:fs') as unknown as
    { readonly DatabaseSync: SqliteDatabaseClass } | undefined;
  return sqlite && driverOf('node:sqlite', sqlite.DatabaseSync);
}

interface Libsql extends Omit<SqliteConnection, 'prepare'> {
  prepare(sql: string): {
    run(values: readonly SqlValue[]): SqliteRunResult;
    all(values: readonly SqlValue[]): readonly SqlRow[];
    get(values: readonly SqlValue[]): SqlRow | undefined;
  };
}

/** Values one by one it would flatten at every call, and a lone `null` take for something else. */
function libsqlConnection(database: Libsql): SqliteConnection {
  return {
    exec: (sql) => database.exec(sql),
    prepare: (sql) => {
      const statement = database.prepare(sql);
      return {
        run: (...values) => statement.run(values),
        all: (...values) => statement.all(values),
        get: (...values) => statement.get(values),
      };
    },
    close: () => database.close(),
  };
}

/** @throws SagaOptionsError when the package is not installed. */
export async function libsqlDriver(): Promise<SqliteDriver> {
  try {
    const { default: Database } = await import('libsql');
    return {
      name: 'libsql',
      open: (file) => libsqlConnection(new Database(file) as unknown as Libsql),
    };
  } catch (cause) {
    throw new SagaOptionsError(
      `This Node (${process.version}) has no node:sqlite, and the package libsql cannot be loaded (${fullMessageOf(cause)}); run 'npm install libsql', or use Node 22.13 or later`,
      { cause },
    );
  }
}

/** `node:sqlite` where Node has it, else libsql. */
export async function findDriver(): Promise<SqliteDriver> {
  return builtInDriver() ?? (await libsqlDriver());
}
