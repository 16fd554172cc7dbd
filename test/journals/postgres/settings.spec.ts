import { Pool } from 'pg';
import { isSagaError } from 'nestjs-saga-orchestrator/core';
import { postgresJournal, postgresJournalSql } from 'nestjs-saga-orchestrator/postgres';
import { batchOf, NAME, newSaga } from '../append-load.js';
import { postgresStore } from '../postgres-store.js';

const store = postgresStore();

/** A role of its own with a setting, removed by dropping what it owns at the end. */
async function roleWith(setting: string): Promise<string> {
  const role = `${store.schema()}_role`;
  await store.query(`CREATE ROLE "${role}" LOGIN`);
  await store.query(`GRANT CREATE ON DATABASE postgres TO "${role}"`);
  if (setting !== '') await store.query(`ALTER ROLE "${role}" SET ${setting}`);
  const url = new URL(store.server.url);
  url.username = role;
  store.closing({
    close: async () => {
      await store.query(`DROP OWNED BY "${role}" CASCADE`);
      await store.query(`DROP ROLE "${role}"`);
    },
  });
  return url.href;
}

describe('the options of the Postgres journal', () => {
  const bad: readonly (readonly [options: object | undefined, message: RegExp])[] = [
    [undefined, /postgresJournal must be given \{ connectionString \}.* \(got undefined\)/],
    [{}, /exactly one of connectionString, connection and pool .* \(got 0\)/],
    [{ connectionString: 'postgres://h/d', connection: {} }, /\(got 2\)/],
    [{ connectionString: 'mysql://root:secret@h/d' }, /must begin with postgres:\/\//],
    [{ pool: 'pool' }, /pool must be a pg\.Pool \(got 'pool'\)/],
    [{ pool: new Pool({ max: 1 }) }, /at least 2 connections.*\(got max 1\)/],
    [{ connection: {}, migrate: 'yes' }, /migrate must be 'auto' or 'off' \(got 'yes'\)/],
    [{ connection: {}, maxConnections: 1 }, /maxConnections must be .* from 2 to 100 \(got 1\)/],
    [{ connection: {}, statementTimeoutMs: 0 }, /statementTimeoutMs must be .* \(got 0\)/],
    [{ connection: {}, reconnectMs: 1.5 }, /reconnectMs must be .* \(got 1.5\)/],
    [{ connection: {}, connectTimeoutMs: '5' }, /connectTimeoutMs must be .* \(got '5'\)/],
    [{ url: 'postgres://h/d' }, /unknown option 'url' of .*, which accepts connectionString, /],
    [{ connection: {}, onWarning: 'log' }, /onWarning must be a function/],
  ];
  it.each(bad)('are refused when they cannot be meant: %j', (options, message) => {
    expect(() => postgresJournal(options as never)).toThrow(message);
  });

  it('do not show a password', () => {
    const secret = 'postgres://anna:secret@db.example:5433/shop?sslmode=require';
    const { description } = postgresJournal({ connectionString: secret });
    expect(description).toBe('postgres db.example:5433/shop schema saga');
    const wrong = 'http://anna:secret@db.example/shop';
    expect(() => postgresJournal({ connectionString: wrong })).toThrow(/^(?!.*secret)/);
  });

  const names: readonly unknown[] = [
    ...[
      '',
      'Saga',
      '1saga',
      'sa ga',
      'sa-ga',
      'a'.repeat(41),
      'sagä',
      'saga\0',
      'saga\n',
      '\ufeffsaga',
    ],
    ...[
      'saga"; DROP SCHEMA public; --',
      "saga'",
      'saga".x',
      'public.saga',
      '$1',
      'pg_saga',
      'pg_',
      'information_schema',
      null,
      7,
      {},
      ['saga'],
    ],
  ];
  it.each(names)('refuse the schema name %j', (schema) => {
    const options = { connection: {}, schema: schema as string };
    expect(() => postgresJournal(options)).toThrow(/schema must be 1 to 40 of a-z, 0-9 and _/);
    expect(() => postgresJournalSql({ schema: schema as string })).toThrow(/schema must be/);
  });

  it('quote names that are words of SQL', async () => {
    const schema = 'select';
    store.closing({ close: () => store.query('DROP SCHEMA IF EXISTS "select" CASCADE') });
    const journal = await store.opened({ schema });
    await journal.create(newSaga('a'));
    expect((await journal.list({})).rows).toHaveLength(1);
    await journal.close();
  });
});

describe('what the Postgres journal expects of its server', () => {
  it.each(['repeatable read', 'serializable'])(
    'refuses the default isolation %s',
    async (level) => {
      const connectionString = await roleWith(`default_transaction_isolation = '${level}'`);
      const journal = postgresJournal({ connectionString, schema: store.schema() });
      await expect(journal.open()).rejects.toMatchObject({
        code: 'SAGA_JOURNAL',
        message: expect.stringMatching(/default_transaction_isolation.*ALTER ROLE/s),
      });
      await journal.close();
    },
  );

  it('refuses a role that may only read', async () => {
    const connectionString = await roleWith('default_transaction_read_only = on');
    const journal = postgresJournal({ connectionString, schema: store.schema() });
    await expect(journal.open()).rejects.toThrow(/read only/);
    await journal.close();
  });

  it('refuses a wrong database at once, without waiting for it', async () => {
    const connectionString = store.server.url.replace(/postgres$/, 'nowhere');
    const journal = postgresJournal({ connectionString });
    const before = performance.now();
    await expect(journal.open()).rejects.toThrow(/cannot be opened: .*"nowhere"/);
    expect(performance.now() - before).toBeLessThan(5_000);
    await journal.close();
  });

  it('warns when acknowledged records can be lost', async () => {
    const connectionString = await roleWith('synchronous_commit = off');
    const warnings: string[] = [];
    const onWarning = (message: string): unknown => warnings.push(message);
    const journal = postgresJournal({ connectionString, schema: store.schema(), onWarning });
    await journal.open();
    await journal.close();
    expect(warnings).toEqual([expect.stringMatching(/synchronous_commit = off/)]);
  });

  it('says at once that it waits for a server that is away, and why', async () => {
    const warnings: string[] = [];
    const away = postgresJournal({
      connectionString: 'postgres://nobody:secret@127.0.0.1:1/shop',
      reconnectMs: 100,
      onWarning: (message) => warnings.push(message),
    });
    await expect(away.open()).rejects.toThrow(/cannot be opened: .*ECONNREFUSED/);
    expect(warnings).toEqual([
      expect.stringMatching(/127\.0\.0\.1:1\/shop .* is not ready \(.*ECONNREFUSED.*100 ms/),
    ]);
    expect(warnings.join()).not.toContain('secret');
    await away.close();
  });

  it('needs no right but to make its schema, and none of that once it is there', async () => {
    const connectionString = await roleWith('');
    const schema = store.schema();
    for (let opened = 0; opened < 2; opened++) {
      const journal = postgresJournal({ connectionString, schema });
      await journal.open();
      await journal.create(newSaga(`saga-${opened}`));
      await journal.close();
      await store.query(
        `REVOKE CREATE ON DATABASE postgres FROM "${new URL(connectionString).username}"`,
      );
    }
  });
});

describe('the schema of the Postgres journal', () => {
  it('is made once, whoever comes at the same time', async () => {
    const schema = store.schema();
    await Promise.all(Array.from({ length: 6 }, () => store.opened({ schema })));
    await store.opened({ schema });
    const rows = await store.query(`SELECT version FROM ${schema}.saga_schema`);
    expect(rows).toEqual([{ version: 1 }]);
  });

  it('is verified and not touched with migrate: off', async () => {
    const schema = store.schema();
    const journal = store.closing(
      postgresJournal({ connectionString: store.server.url, schema, migrate: 'off' }),
    );
    await expect(journal.open()).rejects.toThrow(
      new RegExp(
        `version 0, and this package needs 1; run what postgresJournalSql\\(.*'${schema}', from: 0`,
      ),
    );
    expect(await store.query('SELECT 1 FROM pg_namespace WHERE nspname = $1', [schema])).toEqual(
      [],
    );

    await store.query(postgresJournalSql({ schema }));
    await journal.open();
    await journal.create(newSaga('a'));
    // What the tool has made is what the journal would have made: it finds nothing to do.
    await store.opened({ schema });
    expect(postgresJournalSql({ schema, from: 1 })).not.toMatch(/CREATE/);
  });

  it('of a newer package is refused', async () => {
    const schema = store.schema();
    await store.opened({ schema });
    await store.query(`INSERT INTO ${schema}.saga_schema VALUES (99, 0)`);
    for (const migrate of ['auto', 'off'] as const) {
      await expect(store.opened({ schema, migrate })).rejects.toThrow(
        /version 99.*update the package/,
      );
    }
  });

  it('shows people one row per record', async () => {
    const schema = store.schema();
    const journal = await store.opened({ schema });
    await journal.create(newSaga('a'));
    await journal.append(batchOf('a', 2));
    const rows = await store.query(
      `SELECT name, id, seq, epoch, head FROM ${schema}.saga_records ORDER BY seq`,
    );
    expect(rows).toEqual(
      [1, 2].map((seq) => ({ name: NAME, id: 'a', seq, epoch: 1, head: `{"seq":${seq}}` })),
    );
  });
});

describe('a pool that was handed in', () => {
  it('stays open, with all its connections, and needs no listener for its errors', async () => {
    const pool = new Pool({ connectionString: store.server.url, max: 2 });
    const schema = store.schema();
    const journal = await store.opened({ pool, schema });
    await Promise.all([journal.create(newSaga('a')), journal.create(newSaga('b'))]);
    await store.server.terminateBackends();
    await journal.append(batchOf('a', 2));
    expect(await journal.get({ name: NAME, id: 'a' })).toBeDefined();
    await journal.close();
    const both = await Promise.all([pool.connect(), pool.connect()]);
    expect((await both[0].query(`SELECT count(*)::int FROM ${schema}.sagas`)).rows).toEqual([
      { count: 2 },
    ]);
    for (const client of both) client.release();
    await pool.end();
  });

  it('may have parsers of its own for types', async () => {
    const pool = new Pool({
      connectionString: store.server.url,
      types: { getTypeParser: () => () => 'parsed' },
    });
    const journal = await store.opened({ pool, schema: store.schema() });
    await journal.create(newSaga('a'));
    const { row, entries } = (await journal.load({ name: NAME, id: 'a' })) ?? {};
    expect([row?.id, entries?.length]).toEqual(['a', 1]);
    await journal.close();
    await pool.end();
  });
});

it('one bad item fails alone', async () => {
  const journal = await store.opened({ schema: store.schema() });
  await journal.create(newSaga('a'));
  const outcomes = await Promise.allSettled([
    journal.create(newSaga('b')),
    journal.create({ ...newSaga('c'), version: 1.5 }),
    journal.create({ ...newSaga('d'), key: 'k'.repeat(50_000) }),
    journal.create({
      ...newSaga('e'),
      id: Array.from({ length: 3_000 }, (_, i) => i * 7919).join(),
    }),
    journal.append({ ...batchOf('a', 2), epoch: 2 ** 40 }),
    journal.append(batchOf('b', 2)),
  ]);
  const codes = outcomes.map((outcome) =>
    outcome.status === 'fulfilled' ? 'kept' : isSagaError(outcome.reason) && outcome.reason.code,
  );
  expect([codes[0], codes[5]]).toEqual(['kept', 'kept']);
  expect([codes[1], codes[3], codes[4]]).toEqual(Array(3).fill('SAGA_JOURNAL'));
  await journal.append(batchOf('a', 2));
});

it('calls before open and after close fail as journal errors', async () => {
  const journal = postgresJournal({ connectionString: store.server.url, schema: store.schema() });
  await expect(journal.create(newSaga('a'))).rejects.toThrow(/is not open/);
  await expect(journal.get({ name: NAME, id: 'a' })).rejects.toThrow(/is not open/);
  await journal.close();
  await expect(journal.append(batchOf('a', 2))).rejects.toMatchObject({ code: 'SAGA_JOURNAL' });
  await expect(journal.list({})).rejects.toThrow(/is closed/);
});
