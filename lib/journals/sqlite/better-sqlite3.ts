import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { SagaOptionsError } from '../../core/index.js';
import { shown } from '../sql/index.js';
import { driverOf, type SqliteDatabaseClass, type SqliteDriver } from './driver.js';

/** From this major on its binary needs Node-API 10, and kills a process that has less. */
const NEEDS_NODE_API_10 = 13;

/** The version installed at or above one of the folders, without loading the package. */
export function installedVersion(folders: readonly string[]): string | undefined {
  for (const start of folders) {
    for (let folder = resolve(start); ; folder = dirname(folder)) {
      const manifest = join(folder, 'node_modules', 'better-sqlite3', 'package.json');
      if (existsSync(manifest)) {
        return (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version;
      }
      if (folder === dirname(folder)) break;
    }
  }
  return undefined;
}

/** @throws SagaOptionsError for a version that would end this process with a segmentation fault. */
export function refuseFatalVersion(version: string | undefined, nodeApi: number): void {
  if (nodeApi >= 10) return;
  if (version !== undefined && Number.parseInt(version, 10) < NEEDS_NODE_API_10) return;
  throw new SagaOptionsError(
    `driver must not be better-sqlite3 ${version ?? 'of unknown version'} on Node ${process.versions.node}: ` +
      'from 13.0 on it crashes every Node below 22.14; use libsql, better-sqlite3 12, or a later Node',
  );
}

/**
 * better-sqlite3 as a driver: `betterSqlite3(Database)` with the class that the package exports.
 *
 * @throws SagaOptionsError for what is no class; and when the journal is opened, for a version that
 * this Node cannot run.
 */
export function betterSqlite3(Database: SqliteDatabaseClass): SqliteDriver {
  if (typeof Database !== 'function') {
    throw new SagaOptionsError(
      `betterSqlite3 must be given the class that better-sqlite3 exports (got ${shown(Database)})`,
    );
  }
  const driver = driverOf('better-sqlite3', Database);
  return {
    name: driver.name,
    open: (file) => {
      // Its native part is loaded by the first `new`: before that, nothing can crash.
      const started = process.argv[1] === undefined ? [] : [dirname(process.argv[1])];
      const version = installedVersion([...started, process.cwd()]);
      refuseFatalVersion(version, Number(process.versions.napi));
      return driver.open(file);
    },
  };
}
