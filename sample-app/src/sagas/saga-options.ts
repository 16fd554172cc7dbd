import { join } from 'node:path';
import type { Journal, SagaModuleOptions } from 'nestjs-saga-orchestrator';
import { postgresJournal } from 'nestjs-saga-orchestrator/postgres';
import { sqliteJournal } from 'nestjs-saga-orchestrator/sqlite';
import { dataFolder } from '../storage/data-folder.js';

/** After what time another process takes over, in ms: whole, at least 100. */
function leaseOf(text: string | undefined): { leaseMs?: number } {
  return text === undefined || text === '' ? {} : { leaseMs: Number(text) };
}

/** A SQLite file needs nothing to be installed; `DATABASE_URL` names a Postgres to share. */
function journalOf(env: NodeJS.ProcessEnv): Journal {
  const connectionString = env['DATABASE_URL'];
  return connectionString
    ? postgresJournal({ connectionString })
    : sqliteJournal({ file: join(dataFolder(env), 'sagas.db') });
}

/**
 * Sagas survive a crash by default. `SAGA_LEASE_MS` says how long a process may be silent before
 * others carry its sagas on.
 */
export function sagaOptions(env: NodeJS.ProcessEnv = process.env): SagaModuleOptions {
  return { journal: journalOf(env), ...leaseOf(env['SAGA_LEASE_MS']) };
}
