import type pg from 'pg';
import { SagaOptionsError } from '../../core/index.js';
import { fullMessageOf } from '../../core/ports/index.js';
import type { PgPool } from './driver.js';
import type { PostgresJournalOptions, Settings } from './options.js';

/** Where connections come from. */
export interface Pools {
  /** The application's, or of our own: it lends the writer's connection, and reads. */
  readonly shared: PgPool;
  /**
   * One connection for nothing but heartbeats: whatever else is asked, they are neither behind the
   * queries of the application nor behind a lock that another statement waits for.
   */
  readonly heartbeats: PgPool;
  /** For what is asked of one saga by its name and id, and must not wait for the application either. */
  readonly acts: PgPool;
  /** Those that end with the journal. */
  readonly own: readonly PgPool[];
}

/** A pool that says how it connects, as every `pg.Pool` does. */
type PoolConfig = Readonly<Record<string, unknown>>;

function configOf(pool: PgPool): PoolConfig | undefined {
  const { options, Client } = pool as { readonly options?: unknown; readonly Client?: unknown };
  if (typeof options !== 'object' || options === null) return undefined;
  // pg hides the password from whoever lists its options.
  const { password } = options as { readonly password?: unknown };
  return {
    ...options,
    ...(password === undefined ? {} : { password }),
    ...(Client === undefined ? {} : { Client }),
  };
}

/** Loaded when it is first needed: it is an optional peer. @throws SagaOptionsError */
async function loadPg(): Promise<typeof pg> {
  try {
    return (await import('pg')).default;
  } catch (cause) {
    throw new SagaOptionsError(
      `postgresJournal() needs the package pg, which cannot be loaded (${fullMessageOf(cause)}): npm install pg`,
      { cause },
    );
  }
}

/**
 * `onWarning` is told of a pool beside which no connection of our own can be opened.
 *
 * @throws SagaOptionsError when the package pg is not installed.
 */
export async function poolsOf(
  options: PostgresJournalOptions,
  settings: Settings,
  onWarning: (message: string) => void,
): Promise<Pools> {
  const { Pool } = await loadPg();
  const { connectionString, connection } = options;
  const given = options.pool && configOf(options.pool);
  const config: PoolConfig = given ?? {
    application_name: 'nestjs-saga-orchestrator',
    ...(connectionString === undefined ? connection : { connectionString }),
  };
  const pool = (more: PoolConfig): PgPool =>
    new Pool({
      ...config,
      connectionTimeoutMillis: settings.connectTimeoutMs,
      // So that a server that vanished is noticed while nothing is sent.
      keepAlive: true,
      keepAliveInitialDelayMillis: 10_000,
      ...more,
    });
  // Connected in advance, and no reason for a process to stay alive that has forgotten to close the
  // journal.
  const kept = { max: 1, min: 0, idleTimeoutMillis: 0, allowExitOnIdle: true };
  if (options.pool === undefined) {
    const shared = pool({ max: settings.maxConnections });
    const heartbeats = pool(kept);
    return { shared, heartbeats, acts: shared, own: [shared, heartbeats] };
  }
  const shared = options.pool;
  if (given === undefined) {
    onWarning(
      `The pool of ${settings.description} does not say how it connects (it has no options, as a ` +
        'pg.Pool has): heartbeats wait behind the queries of the application. Hand in a pg.Pool, or a connectionString',
    );
    return { shared, heartbeats: shared, acts: shared, own: [] };
  }
  const [heartbeats, acts] = [pool(kept), pool({ ...kept, idleTimeoutMillis: 10_000 })];
  return { shared, heartbeats, acts, own: [heartbeats, acts] };
}
