import {
  isObject,
  namesOf,
  refuseProblems,
  unknownProblems,
  wholeProblem,
} from '../../core/definition/index.js';
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
   * Beside it, by its own options, the journal opens one for heartbeats and one for what is asked of
   * single sagas, so that they never wait behind the queries of the application. It stays open when
   * the journal is closed.
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
  /** Connections of its own pool, 2 to 100; one is for writing. One more is for heartbeats. @default 4 */
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
   * Told of settings of the server that cost durability, of a server elsewhere that is reached without
   * TLS, and of one that has to be waited for when the journal is opened. @default the log of the
   * engine that opens it, else `process.emitWarning`
   */
  readonly onWarning?: (message: string) => void;
}

export interface Settings extends Required<
  Omit<PostgresJournalOptions, 'connectionString' | 'connection' | 'pool' | 'onWarning'>
> {
  readonly onWarning: PostgresJournalOptions['onWarning'];
  /** For logs and errors; no secrets. */
  readonly description: string;
}

const MAX_TIMEOUT_MS = 600_000;
const OPTIONS = namesOf<PostgresJournalOptions>({
  ...{ connectionString: true, connection: true, pool: true, schema: true, migrate: true },
  ...{ maxConnections: true, connectTimeoutMs: true, statementTimeoutMs: true, reconnectMs: true },
  onWarning: true,
});
const CONNECTION = namesOf<PostgresConnection>({
  ...{ host: true, port: true, database: true, user: true, password: true, ssl: true },
});

function textProblem(option: string, value: unknown): string | undefined {
  if (value === undefined || (typeof value === 'string' && value !== '')) return undefined;
  return `${option} must be a text (got ${shown(value)})`;
}

function connectionProblems(connection: unknown): readonly (string | undefined)[] {
  if (connection === undefined) return [];
  if (!isObject(connection)) {
    return [`connection must be an object of ${CONNECTION.join(', ')} (got ${shown(connection)})`];
  }
  const { host, port, database, user, password, ssl } = connection as Record<string, unknown>;
  const isSecret = ['undefined', 'string', 'function'].includes(typeof password);
  const isSsl = ssl === undefined || typeof ssl === 'boolean' || isObject(ssl);
  return [
    ...unknownProblems('connection', connection, CONNECTION),
    textProblem('connection.host', host),
    port === undefined ? undefined : wholeProblem('connection.port', port, 1, 65_535),
    textProblem('connection.database', database),
    textProblem('connection.user', user),
    isSecret ? undefined : 'connection.password must be a text or a function (it is not shown)',
    isSsl ? undefined : `connection.ssl must be true, false or an object (got ${shown(ssl)})`,
  ];
}

function sourceProblem(options: PostgresJournalOptions): string | undefined {
  const { connectionString, connection, pool } = options;
  const given = [connectionString, connection, pool].filter((source) => source !== undefined);
  if (given.length !== 1) {
    return `exactly one of connectionString, connection and pool must be given (got ${given.length})`;
  }
  const isUrl =
    typeof connectionString === 'string' && /^postgres(ql)?:\/\/./.test(connectionString);
  if (connectionString !== undefined && !isUrl) {
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

/** What `postgresJournalSql` is given. */
export interface PostgresSqlOptions {
  /** @default 'saga' */
  readonly schema?: string;
  /** The version that the schema has now; 0 where there is none yet. @default 0 */
  readonly from?: number;
}

const SQL_OPTIONS = namesOf<PostgresSqlOptions>({ schema: true, from: true });

/** @throws SagaOptionsError with everything that is wrong. */
export function checkSqlOptions(options: PostgresSqlOptions): Required<PostgresSqlOptions> {
  if (!isObject(options)) {
    throw new SagaOptionsError(
      `postgresJournalSql must be given an object of ${SQL_OPTIONS.join(', ')} (got ${shown(options)})`,
    );
  }
  const { schema = 'saga', from = 0 } = options;
  refuseProblems([
    ...unknownProblems('postgresJournalSql', options, SQL_OPTIONS),
    schemaProblem(schema),
    wholeProblem('from', from, 0, Number.MAX_SAFE_INTEGER),
  ]);
  return { schema, from };
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
  const { onWarning } = options;
  const problems = [
    ...unknownProblems('postgresJournal', options, OPTIONS),
    sourceProblem(options),
    ...connectionProblems(options.connection),
    schemaProblem(schema),
    migrate === 'auto' || migrate === 'off'
      ? undefined
      : `migrate must be 'auto' or 'off' (got ${shown(migrate)})`,
    wholeProblem('maxConnections', maxConnections, 2, 100),
    wholeProblem('connectTimeoutMs', connectTimeoutMs, 1, MAX_TIMEOUT_MS),
    wholeProblem('statementTimeoutMs', statementTimeoutMs, 1, MAX_TIMEOUT_MS),
    wholeProblem('reconnectMs', reconnectMs, 0, MAX_TIMEOUT_MS),
    onWarning === undefined || typeof onWarning === 'function'
      ? undefined
      : `onWarning must be a function (got ${shown(onWarning)})`,
  ].filter((problem) => problem !== undefined);
  if (problems.length > 0) throw new SagaOptionsError(`postgresJournal: ${problems.join('; ')}`);
  const description = `${described(options)} schema ${schema}`;
  const timeouts = { connectTimeoutMs, statementTimeoutMs, reconnectMs };
  return { description, schema, migrate, maxConnections, ...timeouts, onWarning };
}
