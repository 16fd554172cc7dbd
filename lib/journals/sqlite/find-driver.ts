import { SagaOptionsError } from '../../core/index.js';
import { driverOf, type SqliteDatabaseClass, type SqliteDriver } from './driver.js';

/** Absent before Node 22.13; asked for so that no bundler and no older Node looks for it. */
export function builtInDriver(): SqliteDriver | undefined {
  const sqlite = process.getBuiltinModule('node:sqlite' as 'node:fs') as unknown as
    { readonly DatabaseSync: SqliteDatabaseClass } | undefined;
  return sqlite && driverOf('node:sqlite', sqlite.DatabaseSync);
}

/** @throws SagaOptionsError when the package is not installed. */
export async function libsqlDriver(): Promise<SqliteDriver> {
  try {
    const { default: Database } = await import('libsql');
    return driverOf('libsql', Database);
  } catch (cause) {
    throw new SagaOptionsError(
      `This Node (${process.version}) has no node:sqlite, and the package libsql cannot be loaded; run 'npm install libsql', or use Node 22.13 or later`,
      { cause },
    );
  }
}

/** `node:sqlite` where Node has it, else libsql. */
export async function findDriver(): Promise<SqliteDriver> {
  return builtInDriver() ?? (await libsqlDriver());
}
