import { SagaOptionsError } from '../../core/index.js';
import { fullMessageOf } from '../../core/ports/index.js';
import { driverOf, type SqliteDatabaseClass, type SqliteDriver } from './driver.js';
import { libsql } from './libsql.js';

/** Absent before Node 22.13; asked for so that no bundler and no older Node looks for it. */
export function builtInDriver(): SqliteDriver | undefined {
  const sqlite = process.getBuiltinModule('node:sqlite' as 'node:fs') as unknown as
    { readonly DatabaseSync: SqliteDatabaseClass } | undefined;
  return sqlite && driverOf('node:sqlite', sqlite.DatabaseSync);
}

/** @throws SagaOptionsError when the package is not installed. */
export async function libsqlDriver(): Promise<SqliteDriver> {
  try {
    return libsql((await import('libsql')).default);
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
