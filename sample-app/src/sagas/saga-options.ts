import Database from 'libsql';
import type { Journal, SagaEngineProvider, SagaModuleOptions } from 'nestjs-saga-orchestrator';
import { SagaBarrier } from 'nestjs-saga-orchestrator/participant';
import { postgresJournal } from 'nestjs-saga-orchestrator/postgres';
import { restateEngine } from 'nestjs-saga-orchestrator/restate';
import { libsql, sqliteJournal } from 'nestjs-saga-orchestrator/sqlite';
import { shopFile, type ShopDatabase } from '../storage/shop-database.js';

/** After what time another process takes over, in ms: whole, at least 100. */
function leaseOf(text: string | undefined): { leaseMs?: number } {
  return text === undefined || text === '' ? {} : { leaseMs: Number(text) };
}

/** The database of the shop's tables. */
function journalOf(env: NodeJS.ProcessEnv): Journal {
  const connectionString = env['DATABASE_URL'];
  const schema = env['SAGA_SCHEMA'];
  return connectionString
    ? postgresJournal({ connectionString, ...(schema ? { schema } : {}) })
    : sqliteJournal({ file: shopFile(env), driver: libsql(Database) });
}

/** Whether sagas are kept by a Restate server, and so in another place than the shop's tables. */
export function isOnRestate(env: NodeJS.ProcessEnv = process.env): boolean {
  return Boolean(env['RESTATE_INGRESS_URL']);
}

/**
 * For steps in the shop's own tables: their rows and the record that they are done are committed together. Of what is
 * recorded elsewhere a barrier remembers in our database that it is done.
 */
export const BESIDE_ITS_RECORD = isOnRestate()
  ? { barrier: true as const }
  : { transaction: true as const };

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
  if (isOnRestate(env)) return `Restate at ${env['RESTATE_INGRESS_URL']}`;
  return env['DATABASE_URL'] ? 'the Postgres of DATABASE_URL' : shopFile(env);
}

/**
 * Sagas survive a crash by default. `SAGA_LEASE_MS` says how long a process may be silent before others
 * resume its sagas; `SAGA_SCHEMA` is the schema of the Postgres they are kept in.
 */
export function sagaOptions(
  { transactions }: ShopDatabase,
  env: NodeJS.ProcessEnv = process.env,
): SagaModuleOptions {
  const engine = engineOf(env);
  if (engine !== undefined) return { engine, barrier: new SagaBarrier({ transactions }) };
  return { journal: journalOf(env), transactions, ...leaseOf(env['SAGA_LEASE_MS']) };
}
