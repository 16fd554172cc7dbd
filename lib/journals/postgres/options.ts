import { isObject, namesOf, unknownProblems, wholeProblem } from '../../core/definition/index.js';
import { SagaOptionsError } from '../../core/index.js';
import { shown } from '../sql/index.js';
import type { PgPool } from './driver.js';
import { schemaProblem } from './tables.js';

/** Where the server is; what is left out comes from the PG… variables of the environment. */
export interface PostgresConnection {
  readonly host?: string;
  readonly port?: number;
  readonly database?: string;
  readonly user?: string;
  readonly password?: string | (() => string | Promise<string>);
  /** As `tls.connect` takes it, or `true`. */
  readonly ssl?: boolean | object;
}

export interface PostgresJournalOptions {
  /**
   * `postgres://user:password@host:5432/database`. Give this, or `connection`, or `pool`. A pooler
   * between (pgbouncer) must pool sessions, not transactions: the writer prepares its statements.
   */
  readonly connectionString?: string;
  readonly connection?: PostgresConnection;
  /**
   * A `pg.Pool` of the application, of at least two connections; one of them is kept for writing.
   * It stays open when the journal is closed.
   */
  readonly pool?: PgPool;
  /** Of its own, for nothing but sagas. Lower case, digits and `_`. @default 'saga' */
  readonly schema?: string;
  /**
   * `auto`: the schema is made and brought up to date when the journal is opened, by one process at
   * a time. `off`: it is only verified; `postgresJournalSql` prints what has to be run.
   *
   * @default 'auto'
   */
  readonly migrate?: 'auto' | 'off';
  /** Connections of its own pool, 2 to 100; one is for writing. @default 4 */
  readonly maxConnections?: number;
  /** How long to wait for a connection, in ms. @default 5_000 */
  readonly connectTimeoutMs?: number;
  /**
   * How long one statement may take, in ms. A connection that has not answered a second later is
   * taken for dead. @default 15_000
   */
  readonly statementTimeoutMs?: number;
  /**
   * How long a call tries to reach a server that is away, in ms, before it fails with
   * `SagaJournalError`. @default 30_000
   */
  readonly reconnectMs?: number;
  /**
   * Told of settings of the server that cost durability, and of one that has to be waited for when the
   * journal is opened. @default `process.emitWarning`
   */
  readonly onWarning?: (message: string) => void;
}

export interface Settings extends Required<
  Omit<PostgresJournalOptions, 'connectionString' | 'connection' | 'pool'>
> {
  /** For logs and errors; no secrets. */
  readonly description: string;
}

const MAX_TIMEOUT_MS = 600_000;
const OPTIONS = namesOf<PostgresJournalOptions>({
  ...{ connectionString: true, connection: true, pool: true, schema: true, migrate: true },
  ...{ maxConnections: true, connectTimeoutMs: true, statementTimeoutMs: true, reconnectMs: true },
  onWarning: true,
});

function sourceProblem(options: PostgresJournalOptions): string | undefined {
  const { connectionString, connection, pool } = options;
  const given = [connectionString, connection, pool].filter((source) => source !== undefined);
  if (given.length !== 1) {
    return `exactly one of connectionString, connection and pool must be given (got ${given.length})`;
  }
  if (connectionString !== undefined && !/^postgres(ql)?:\/\/./.test(connectionString)) {
    return 'connectionString must begin with postgres:// (it is not shown, it may hold a password)';
  }
  if (pool !== undefined && typeof (pool as { connect?: unknown } | null)?.connect !== 'function') {
    return `pool must be a pg.Pool (got ${shown(pool)})`;
  }
  if ((pool?.options?.max ?? 2) < 2) {
    return `pool must have at least 2 connections, one is kept for writing (got max ${pool?.options?.max})`;
  }
  return undefined;
}

function described({ connectionString, connection, pool }: PostgresJournalOptions): string {
  if (pool !== undefined) return 'postgres pool';
  const url = URL.canParse(connectionString ?? '') ? new URL(connectionString ?? '') : undefined;
  const host = url?.host ?? connection?.host ?? 'localhost';
  const database = url?.pathname.slice(1) ?? connection?.database ?? '';
  return `postgres ${host}/${database}`;
}

/** The name of a schema. @throws SagaOptionsError when it is not one. */
export function checkSchema(schema = 'saga'): string {
  const problem = schemaProblem(schema);
  if (problem !== undefined) throw new SagaOptionsError(problem);
  return schema;
}

/** @throws SagaOptionsError with everything that is wrong. */
export function checkOptions(options: PostgresJournalOptions): Settings {
  if (!isObject(options)) {
    throw new SagaOptionsError(
      `postgresJournal must be given { connectionString }, { connection } or { pool } (got ${shown(options)})`,
    );
  }
  const { schema = 'saga', migrate = 'auto', maxConnections = 4 } = options;
  const { connectTimeoutMs = 5_000, statementTimeoutMs = 15_000, reconnectMs = 30_000 } = options;
  const { onWarning = (message: string) => process.emitWarning(message, 'SagaJournalWarning') } =
    options;
  const problems = [
    ...unknownProblems('it', options, OPTIONS),
    sourceProblem(options),
    schemaProblem(schema),
    migrate === 'auto' || migrate === 'off'
      ? undefined
      : `migrate must be 'auto' or 'off' (got ${shown(migrate)})`,
    wholeProblem('maxConnections', maxConnections, 2, 100),
    wholeProblem('connectTimeoutMs', connectTimeoutMs, 1, MAX_TIMEOUT_MS),
    wholeProblem('statementTimeoutMs', statementTimeoutMs, 1, MAX_TIMEOUT_MS),
    wholeProblem('reconnectMs', reconnectMs, 0, MAX_TIMEOUT_MS),
    typeof onWarning === 'function' ? undefined : 'onWarning must be a function',
  ].filter((problem) => problem !== undefined);
  if (problems.length > 0) throw new SagaOptionsError(`postgresJournal: ${problems.join('; ')}`);
  const description = `${described(options)} schema ${schema}`;
  const timeouts = { connectTimeoutMs, statementTimeoutMs, reconnectMs };
  return { description, schema, migrate, maxConnections, ...timeouts, onWarning };
}
