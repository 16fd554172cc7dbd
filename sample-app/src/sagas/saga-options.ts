import { join } from 'node:path';
import type { SagaModuleOptions } from 'nestjs-saga-orchestrator';
import { sqliteJournal } from 'nestjs-saga-orchestrator/sqlite';
import { dataFolder } from '../storage/data-folder.js';

/** After what time another process takes over, in ms: whole, at least 100. */
function leaseOf(text: string | undefined): { leaseMs?: number } {
  return text === undefined || text === '' ? {} : { leaseMs: Number(text) };
}

/**
 * Sagas are kept in a SQLite file in the data folder, so that they survive a crash with nothing to
 * install. `SAGA_LEASE_MS` says how long a process may be silent before others carry its sagas on.
 */
export function sagaOptions(env: NodeJS.ProcessEnv = process.env): SagaModuleOptions {
  const journal = sqliteJournal({ file: join(dataFolder(env), 'sagas.db') });
  return { journal, ...leaseOf(env['SAGA_LEASE_MS']) };
}
