import { SagaOptionsError } from '../../core/index.js';
import { shown, type SqlRow, type SqlValue } from '../sql/index.js';
import type {
  SqliteConnection,
  SqliteDatabaseClass,
  SqliteDriver,
  SqliteRunResult,
} from './driver.js';

interface Libsql extends Omit<SqliteConnection, 'prepare'> {
  prepare(sql: string): {
    run(values: readonly SqlValue[]): SqliteRunResult;
    all(values: readonly SqlValue[]): readonly SqlRow[];
    get(values: readonly SqlValue[]): SqlRow | undefined;
  };
}

/** Values one by one it would flatten at every call, and a lone `null` take for something else. */
function connectionOf(database: Libsql): SqliteConnection {
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

/**
 * libsql as a driver: `libsql(Database)` with the class that the package exports, for a journal in a file that your own
 * code opens with libsql.
 *
 * @throws SagaOptionsError for what is no class.
 */
export function libsql(Database: SqliteDatabaseClass): SqliteDriver {
  if (typeof Database !== 'function') {
    throw new SagaOptionsError(
      `libsql must be given the class that libsql exports (got ${shown(Database)})`,
    );
  }
  return { name: 'libsql', open: (file) => connectionOf(new Database(file) as Libsql) };
}
