import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { postgresJournal, postgresJournalSql } from 'nestjs-saga-orchestrator/postgres';
import { journalContract, type JournalHarness } from 'nestjs-saga-orchestrator/testing';
import { NAME, newSaga, OWNER } from '../append-load.js';
import { postgresStore } from '../postgres-store.js';

const store = postgresStore();
const PAGE = readFileSync(join(__dirname, '../../../lib/journals/README.md'), 'utf8');
const QUERIES = [...PAGE.matchAll(/^```sql\n([\s\S]*?)^```$/gm)].map(([, sql = '']) => sql);

describe('the rights that the page on operating names', () => {
  const role = `clerk_${process.pid}`;

  beforeAll(() => store.query(`CREATE ROLE "${role}" LOGIN`));
  afterAll(async () => {
    await store.query(`DROP OWNED BY "${role}" CASCADE`);
    await store.query(`DROP ROLE "${role}"`);
  });

  /** A schema that the owner of the database has made, used by somebody who may do no more. */
  let latest = '';
  const prepare = (schema: string) =>
    store.query(
      `${postgresJournalSql({ schema })};
       GRANT USAGE ON SCHEMA "${schema}" TO "${role}";
       GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA "${schema}" TO "${role}"`,
    );
  async function harness(needs: { readonly needsNewStore?: boolean }): Promise<JournalHarness> {
    const made = await store.harness(needs, prepare);
    const { schema } = made;
    latest = schema;
    const url = new URL(store.server.url);
    url.username = role;
    const options = { connectionString: url.href, schema, migrate: 'off' } as const;
    return { ...made, journal: () => postgresJournal(options) };
  }

  it.each(journalContract)('are enough: $name', (it) => it.run(() => harness(it)));

  it('are looked at before any step is in a transaction: the function of the schema is there, and may be called', async () => {
    const { journal: open } = await harness({ needsNewStore: true });
    const journal = store.closing(open());
    await journal.open();
    const name = `"${latest}".saga_append_within`;
    const url = new URL(store.server.url);
    url.username = role;
    const client = new Client({ connectionString: url.href });
    await client.connect();
    const verify = async () => {
      await client.query('BEGIN');
      const query = async (text: string, values: readonly unknown[]) =>
        (await client.query(text, [...values])).rows;
      try {
        await journal.within?.({ query }).verify();
      } finally {
        await client.query('ROLLBACK');
      }
    };
    await verify();
    await store.query(`REVOKE EXECUTE ON FUNCTION ${name} FROM PUBLIC`);
    await expect(verify()).rejects.toThrow(/may not be called by the role.*GRANT EXECUTE/);
    await store.query(`GRANT EXECUTE ON FUNCTION ${name} TO "${role}"`);
    await verify();
    await store.query(`DROP FUNCTION ${name}`);
    await expect(verify()).rejects.toThrow(/saga_append_within.* is not there: /);
    await client.end();
  });
});

describe('the queries of the page on operating', () => {
  it('run, and show what is there', async () => {
    const schema = store.schema();
    const journal = await store.opened({ schema });
    await journal.heartbeat(OWNER, 60_000);
    await journal.create(newSaga('order-1'));
    const texts = QUERIES.map((sql) =>
      sql.replaceAll('saga.', `${schema}.`).replace('CreateOrder', NAME),
    );
    const found: unknown[] = [];
    for (const text of texts) found.push(await store.query(text));
    expect(found).toEqual([
      [expect.objectContaining({ name: NAME, status: 'running', sagas: '1' })],
      [expect.objectContaining({ owner: OWNER, sagas: '1' })],
      [expect.objectContaining({ seq: 1, epoch: 1, head: '{"seq":1}' })],
      // Nobody has acted, and nobody has asked for an act.
      [],
      [],
    ]);
  });
});
