import { SagaJournalError } from '../../core/index.js';
import { pendingMigrations, type Migration } from '../sql/index.js';
import { AS_TEXT, transaction, type PgClient } from './driver.js';
import { checkSqlOptions, type PostgresSqlOptions } from './options.js';
import { NOW } from './expressions.js';
import { migrations } from './schema.js';
import { tablesOf, type Tables } from './tables.js';

/** The first half of the key of our advisory locks; the second is the schema. 'saga' in ASCII. */
const LOCK = 0x73616761;

function lockSql({ schema }: Tables): string {
  return `SELECT pg_advisory_xact_lock(${LOCK}, hashtext('${schema}'))`;
}

function createVersionsSql({ versions }: Tables): string {
  return `CREATE TABLE IF NOT EXISTS ${versions} (version integer PRIMARY KEY, applied_at bigint NOT NULL)`;
}

function recordSql({ versions }: Tables, { version }: Migration): string {
  return `INSERT INTO ${versions} (version, applied_at) VALUES (${version}, ${NOW})`;
}

/** 0 where there is nothing yet. */
async function currentVersion(client: PgClient, tables: Tables): Promise<number> {
  const ask = async (text: string, values: readonly string[] = []): Promise<unknown> => {
    const { rows } = await client.query({ text, values, types: AS_TEXT });
    return rows[0]?.['answer'];
  };
  const table = await ask('SELECT to_regclass($1)::text AS answer', [tables.versions]);
  if (table === null) return 0;
  return Number((await ask(`SELECT max(version) AS answer FROM ${tables.versions}`)) ?? 0);
}

/** Also where the schema is there: a role may use it and not be allowed to make any. */
async function createSchema(client: PgClient, { schema }: Tables): Promise<void> {
  const text = 'SELECT 1 FROM pg_namespace WHERE quote_ident(nspname) = $1 OR nspname = $2';
  const { rows } = await client.query({ text, values: [schema, schema.slice(1, -1)] });
  if (rows.length === 0) await client.query({ text: `CREATE SCHEMA ${schema}` });
}

/**
 * Brings the schema up to date, in one transaction and under an advisory lock: of several processes
 * one does it, and the others find it done.
 *
 * @throws SagaJournalError for a schema that is newer than this package.
 */
export async function migrate(
  client: PgClient,
  tables: Tables,
  description: string,
): Promise<void> {
  const pending = async (): Promise<readonly Migration[]> =>
    pendingMigrations(migrations(tables), await currentVersion(client, tables), description);
  // Without the lock and without any right to change tables, where there is nothing to do.
  if ((await pending()).length === 0) return;
  await transaction(client, async () => {
    await client.query({ text: lockSql(tables) });
    await createSchema(client, tables);
    await client.query({ text: createVersionsSql(tables) });
    for (const migration of await pending()) {
      for (const text of migration.statements) await client.query({ text });
      await client.query({ text: recordSql(tables, migration) });
    }
  });
}

/** @throws SagaJournalError unless the schema is the one that this package knows. */
export async function verifySchema(
  client: PgClient,
  tables: Tables,
  description: string,
): Promise<void> {
  const current = await currentVersion(client, tables);
  const left = pendingMigrations(migrations(tables), current, description);
  if (left.length === 0) return;
  throw new SagaJournalError(
    `The journal ${description} has schema version ${current}, and this package needs ${left.at(-1)?.version}; ` +
      `run what postgresJournalSql({ schema: '${tables.schema.slice(1, -1)}', from: ${current} }) prints, or 'npx saga migrate', or open it with migrate: 'auto'`,
  );
}

/**
 * The SQL that makes the schema, or brings it from version `from` up to date, for your own migration
 * tool. Run it as the role that the journal connects as, or grant that role USAGE on the schema and
 * SELECT, INSERT, UPDATE, DELETE on its tables; for steps in a transaction also EXECUTE on its function, where that was
 * taken from PUBLIC.
 *
 * @throws SagaOptionsError for options that cannot be meant.
 */
export function postgresJournalSql(options: PostgresSqlOptions = {}): string {
  const { schema, from } = checkSqlOptions(options);
  const tables = tablesOf(schema);
  const known = migrations(tables).filter(({ version }) => version > from);
  const statements = [
    'BEGIN',
    lockSql(tables),
    ...(from === 0
      ? [`CREATE SCHEMA IF NOT EXISTS ${tables.schema}`, createVersionsSql(tables)]
      : []),
    ...known.flatMap((migration) => [
      `-- ${migration.version}: ${migration.why}\n${migration.statements[0]}`,
      ...migration.statements.slice(1),
      recordSql(tables, migration),
    ]),
    'COMMIT',
  ];
  return `${statements.join(';\n')};\n`;
}
