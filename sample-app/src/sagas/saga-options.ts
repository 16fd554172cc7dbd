import { join } from 'node:path';
import type { Journal, SagaEngineProvider, SagaModuleOptions } from 'nestjs-saga-orchestrator';
import { postgresJournal } from 'nestjs-saga-orchestrator/postgres';
import { restateEngine } from 'nestjs-saga-orchestrator/restate';
import { sqliteJournal } from 'nestjs-saga-orchestrator/sqlite';
import { dataFolder } from '../storage/data-folder.js';

/** After what time another process takes over, in ms: whole, at least 100. */
function leaseOf(text: string | undefined): { leaseMs?: number } {
  return text === undefined || text === '' ? {} : { leaseMs: Number(text) };
}

function sqliteFile(env: NodeJS.ProcessEnv): string {
  return join(dataFolder(env), 'sagas.db');
}

/** A SQLite file needs nothing to be installed; `DATABASE_URL` names a Postgres to share. */
function journalOf(env: NodeJS.ProcessEnv): Journal {
  const connectionString = env['DATABASE_URL'];
  const schema = env['SAGA_SCHEMA'];
  return connectionString
    ? postgresJournal({ connectionString, ...(schema ? { schema } : {}) })
    : sqliteJournal({ file: sqliteFile(env) });
}

/** `RESTATE_INGRESS_URL` names a Restate server, which then runs the sagas of this application. */
function engineOf(env: NodeJS.ProcessEnv): SagaEngineProvider | undefined {
  const ingressUrl = env['RESTATE_INGRESS_URL'];
  const adminUrl = env['RESTATE_ADMIN_URL'];
  const port = env['RESTATE_SERVICE_PORT'];
  if (!ingressUrl) return undefined;
  return restateEngine({
    ingressUrl,
    ...(adminUrl ? { adminUrl } : {}),
    ...(port ? { service: { port: Number(port) } } : {}),
  });
}

/** Where the sagas are, for a reader; an address with a password in it is not shown. */
export function shownJournal(env: NodeJS.ProcessEnv = process.env): string {
  if (env['RESTATE_INGRESS_URL']) return `Restate at ${env['RESTATE_INGRESS_URL']}`;
  return env['DATABASE_URL'] ? 'the Postgres of DATABASE_URL' : sqliteFile(env);
}

/**
 * Sagas survive a crash by default. `SAGA_LEASE_MS` says how long a process may be silent before others
 * resume its sagas; `SAGA_SCHEMA` is the schema of the Postgres they are kept in.
 */
export function sagaOptions(env: NodeJS.ProcessEnv = process.env): SagaModuleOptions {
  const engine = engineOf(env);
  if (engine !== undefined) return { engine };
  return { journal: journalOf(env), ...leaseOf(env['SAGA_LEASE_MS']) };
}
