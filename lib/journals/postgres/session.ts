import { SagaJournalError } from '../../core/index.js';
import { AS_TEXT, type PgClient, type PgQuery } from './driver.js';

/** The release that the statements are written for, as `server_version_num`. */
const OLDEST_SERVER = 130_000;

const READ_SETTINGS = `SELECT
  current_setting('server_version_num') AS version,
  current_setting('server_version') AS version_name,
  current_setting('server_encoding') AS encoding,
  current_setting('default_transaction_isolation') AS isolation,
  current_setting('transaction_read_only') AS read_only,
  current_setting('synchronous_commit') AS synchronous_commit,
  current_setting('fsync') AS fsync,
  pg_is_in_recovery()::text AS in_recovery`;

function refusal(settings: Readonly<Record<string, unknown>>): string | undefined {
  const { version, version_name, encoding, isolation, read_only, in_recovery } = settings;
  if (Number(version) < OLDEST_SERVER)
    return `is version ${String(version_name)}; 13 is the oldest`;
  if (encoding !== 'UTF8') return `has the encoding ${String(encoding)}; it must be UTF8`;
  if (in_recovery === 'true') return 'is a standby in recovery; connect to the primary';
  if (read_only === 'on')
    return 'lets this role read only; set default_transaction_read_only = off';
  if (isolation !== 'read committed' && isolation !== 'read uncommitted') {
    return (
      `has default_transaction_isolation = '${String(isolation)}' for this role; ` +
      `run ALTER ROLE … SET default_transaction_isolation = 'read committed': claims and appends ` +
      'look at a row again after waiting for it, which a stricter level turns into errors'
    );
  }
  return undefined;
}

const LOOPBACK = /^(127\.|::1$|::ffff:127\.)/;

/**
 * Why what is sent can be read on its way, if it can. By the connection as it is, whatever the options
 * say; a driver that does not show it is believed.
 */
export function unencryptedProblem(client: unknown): string | undefined {
  const { stream } =
    (client as { readonly connection?: { readonly stream?: object } }).connection ?? {};
  const { encrypted, remoteAddress } = (stream ?? {}) as Readonly<Record<string, unknown>>;
  if (encrypted === true || typeof remoteAddress !== 'string' || LOOPBACK.test(remoteAddress)) {
    return undefined;
  }
  return (
    `is reached at ${remoteAddress} without TLS: everybody on the way can read the data of the sagas, ` +
    "and the password; set connection.ssl, or '?sslmode=verify-full' in the connectionString"
  );
}

/**
 * Verifies what the journal relies on, and warns of settings that cost durability.
 *
 * @throws SagaJournalError for a server that cannot keep sagas.
 */
export async function verifyServer(
  client: PgClient,
  description: string,
  warn: (message: string) => void,
): Promise<void> {
  const { rows } = await client.query({ text: READ_SETTINGS, types: AS_TEXT });
  const settings = rows[0] ?? {};
  const why = refusal(settings);
  if (why !== undefined) throw new SagaJournalError(`The server of ${description} ${why}`);
  const unencrypted = unencryptedProblem(client);
  if (unencrypted !== undefined) warn(`The server of ${description} ${unencrypted}`);
  for (const setting of ['fsync', 'synchronous_commit'] as const) {
    if (settings[setting] !== 'off') continue;
    warn(
      `The server of ${description} has ${setting} = off: a crash of it may lose records that ` +
        'were acknowledged, and with them the knowledge of effects that took place',
    );
  }
}

/** Leaves the planner one way, from index to index, for statements that start from keys. */
const BY_KEYS: readonly Setting[] = [
  ['enable_seqscan', 'off'],
  ['enable_hashjoin', 'off'],
  ['enable_mergejoin', 'off'],
  ['jit', 'off'],
];

type Setting = readonly [name: string, value: string];

function setSql(settings: readonly Setting[], scope: 'session' | 'transaction'): PgQuery {
  const each = settings.map(
    (_, at) => `set_config($${2 * at + 1}, $${2 * at + 2}, ${scope === 'transaction'})`,
  );
  return { text: `SELECT ${each.join(', ')}`, values: settings.flat() };
}

/** Until the end of the transaction. */
export const PLAN_BY_KEYS = setSql(BY_KEYS, 'transaction');

/**
 * How long a group may wait for a lock, in ms: an open transaction of somebody's must hold up no others. Locks
 * of this package are held for one statement.
 */
const LOCK_TIMEOUT_MS = 200;
/** For a create that was held up, beside the group. */
export const WAIT_SHORTLY = setSql([['lock_timeout', '20']], 'transaction');
/** For the verdict on a transaction that the server ends by itself after 10 s. */
export const WAIT_FOR_ITS_END = setSql([['lock_timeout', '12000']], 'transaction');

/**
 * Prepares the session of the writer, whose connection nobody else uses. Its plans are made once and
 * kept: made while a table was empty, they would read it from end to end when it is large.
 */
export async function prepareWriter(
  client: Pick<PgClient, 'query'>,
  statementTimeoutMs: number,
): Promise<void> {
  const settings: readonly Setting[] = [
    ...BY_KEYS,
    ['plan_cache_mode', 'force_generic_plan'],
    ['default_transaction_isolation', 'read committed'],
    ['statement_timeout', String(statementTimeoutMs)],
    ['lock_timeout', String(LOCK_TIMEOUT_MS)],
  ];
  await client.query({ ...setSql(settings, 'session'), query_timeout: statementTimeoutMs });
}
