import { Client } from 'pg';
import {
  auditQuery,
  listQuery,
  NO_WAKE_TIME,
  requestQuery,
  type SagaFilter,
} from 'nestjs-saga-orchestrator/core';
import type { PgQuery } from '../../../lib/journals/postgres/driver.js';
import { forgettableByAgeSql, forgetSql } from '../../../lib/journals/postgres/forget-sql.js';
import {
  abandonedSql,
  claimOneSql,
  claimSql,
  heartbeatSql,
} from '../../../lib/journals/postgres/claims-sql.js';
import { loadSql, oneSql, pageDialect } from '../../../lib/journals/postgres/reader.js';
import { PLAN_BY_KEYS, prepareWriter } from '../../../lib/journals/postgres/session.js';
import { tablesOf, type Tables } from '../../../lib/journals/postgres/tables.js';
import { writeStatements } from '../../../lib/journals/postgres/write-sql.js';
import { auditConditions, pageSql, requestConditions } from '../../../lib/journals/sql/index.js';
import {
  forgetActsSql,
  pageOfAuditSql,
  pageOfRequestsSql,
  takeSql,
} from '../../../lib/journals/postgres/operators-sql.js';
import { postgresStore } from '../postgres-store.js';

/** Sagas at rest, and sagas in work of a process that lives. */
const AT_REST = 30_000;
const LIVE = 2_000;
/** Pages of 8 KiB that a statement may touch; any of the tables has thousands. */
const MAX_PAGES = 3_000;

interface Plan {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Shared Hit Blocks'?: number;
  readonly 'Shared Read Blocks'?: number;
  readonly Plans?: readonly Plan[];
}

const store = postgresStore();
let tables: Tables;
let client: Client;

function nodesOf(plan: Plan): readonly Plan[] {
  return [plan, ...(plan.Plans ?? []).flatMap(nodesOf)];
}

/** Tables that it would read from end to end. */
function readWhole(plan: Plan): readonly string[] {
  const scans = nodesOf(plan).filter((node) => node['Node Type'] === 'Seq Scan');
  // A handful of processes: as good as an index.
  return scans.map((node) => node['Relation Name'] ?? '').filter((name) => name !== 'saga_owners');
}

/** Carries the statement out, takes it back, and tells what it took. */
async function explained(
  text: string,
  values: readonly unknown[],
  before?: PgQuery,
): Promise<Plan> {
  await client.query('BEGIN');
  try {
    if (before !== undefined) await client.query(before.text, [...(before.values ?? [])]);
    const { rows } = await client.query({
      text: `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${text}`,
      values: [...values],
    });
    return rows[0]['QUERY PLAN'][0].Plan;
  } finally {
    await client.query('ROLLBACK');
  }
}

function pagesOf(plan: Plan): number {
  return (plan['Shared Hit Blocks'] ?? 0) + (plan['Shared Read Blocks'] ?? 0);
}

async function expectFlat(
  text: string,
  values: readonly unknown[],
  before?: PgQuery,
): Promise<void> {
  const plan = await explained(text, values, before);
  expect(readWhole(plan)).toEqual([]);
  expect(pagesOf(plan)).toBeLessThan(MAX_PAGES);
}

async function fill({ sagas, appends, tags, owners, requests, audit }: Tables): Promise<void> {
  const columns = `created_at, updated_at, version, created_in, epoch, recoveries, initial_seq, status,
    owner, name, id, fingerprint, key, tags, input, initial_records`;
  const insert = (count: number, status: string, created: string): string =>
    `INSERT INTO ${sagas} (${columns})
      SELECT ${created}, ${created}, 1, n, 1, 0, 1, ${status}, 'process-' || n % 3, 'Saga' || n % 7,
        '${status.length}-' || n, 'f', CASE WHEN n % 10 = 0 THEN 'key-' || n % 500 END,
        '{"tenant":"t' || n % 100 || '"}', repeat('x', 200), '[]'
      FROM generate_series(1, ${count}) n`;
  const statuses = `(ARRAY['completed', 'completed', 'compensated', 'parked'])[1 + n % 4]`;
  await client.query(insert(AT_REST, statuses, '1700000000000 + n'));
  await client.query(
    insert(LIVE, `(ARRAY['running', 'compensating'])[1 + n % 2]`, '1800000000000 + n'),
  );
  await client.query(`INSERT INTO ${appends} (saga, written_in, written_at, first_seq, last_seq, records)
    SELECT saga, 1, updated_at, 1 + k, 1 + k, '[]' FROM ${sagas}, generate_series(1, 3) k`);
  await client.query(
    `INSERT INTO ${tags} SELECT '', 'tenant', tags::json ->> 'tenant', created_at, saga FROM ${sagas}`,
  );
  const act = `'', 'Saga' || n % 7, (n % 9000)::text, 'resume', 'eve', repeat('x', 200), 'cli'`;
  const acted = 'application, name, id, act, by, reason, origin';
  await client.query(`INSERT INTO ${requests} (${acted}, request, created_at, ended_at, outcome)
    SELECT ${act}, 'r-' || n, n, CASE WHEN n <= ${AT_REST} THEN n END, 'done'
    FROM generate_series(1, ${AT_REST + 100}) n`);
  await client.query(`INSERT INTO ${audit} (${acted}, entry, at, outcome)
    SELECT ${act}, 'e-' || n, 1700000000000 + n, 'done' FROM generate_series(1, ${AT_REST}) n`);
  await client.query(
    `INSERT INTO ${owners} SELECT 'process-' || n, 9e15::bigint FROM generate_series(0, 2) n`,
  );
}

beforeAll(async () => {
  const schema = store.schema();
  tables = tablesOf(schema);
  const journal = await store.opened({ schema });
  await journal.close();
  client = new Client({ connectionString: store.server.url });
  client.on('error', () => undefined);
  await client.connect();
  await fill(tables);
  const { sagas, appends, tags, owners, requests, audit } = tables;
  const all = [sagas, appends, tags, owners, requests, audit];
  await client.query(`ANALYZE ${all.join(', ')}`);
});

afterAll(() => client.end());

const cursor = Buffer.from('1.1700000010000.500').toString('base64url');

describe('the plans of the Postgres journal', () => {
  it('stay flat for get and load', async () => {
    await expectFlat(oneSql(tables), ['', 'Saga3', '10-10']);
    await expectFlat(loadSql(tables), ['', 'Saga3', '10-10']);
  });

  it('stay flat for requests and the audit', async () => {
    const all = ['', ['resume'], ['Saga1', 'Saga2'], [], [], 50];
    await expectFlat(takeSql(tables), ['process-9', ...all]);
    await expectFlat(forgetActsSql(tables), ['', 5e11, 100]);
    const mark = (position: number) => `$${position}`;
    for (const filter of [{}, { name: 'Saga1', id: '1' }, { request: 'r-7' }, { bulk: 'b-7' }]) {
      const { where, values } = requestConditions(requestQuery(filter), mark);
      await expectFlat(pageOfRequestsSql(tables, where, 50), values);
    }
    for (const filter of [{}, { name: 'Saga1', id: '1' }, { entry: 'e-7' }]) {
      const { where, values } = auditConditions(auditQuery(filter), mark);
      await expectFlat(pageOfAuditSql(tables, where, 50), values);
    }
  });

  it('stay flat for heartbeats, claims and forgetting', async () => {
    const names = ['Saga1', 'Saga2'];
    await expectFlat(heartbeatSql(tables), ['process-1', 1_000, null]);
    await expectFlat(claimSql(tables), ['process-9', 1, names, 100, [], '']);
    await expectFlat(claimSql(tables), ['process-9', 1, names, 100, [7], '']);
    await expectFlat(claimSql(tables, 'below'), ['process-9', 1, names, 100, [], '', 2]);
    await expectFlat(claimSql(tables, 'suspects'), ['process-9', 1, names, 1, [], '', 2]);
    await expectFlat(claimOneSql(tables), ['process-9', 1, names, 1, [], '', '10-10', false]);
    await expectFlat(forgettableByAgeSql(tables), ['completed', 1_000, 500, '']);
    await expectFlat(forgettableByAgeSql(tables), ['completed', 5e11, 500, '']);
    await expectFlat(abandonedSql(tables), ['', names]);
    const keys = Array.from({ length: 100 }, (_, index) => 300 * index);
    await expectFlat(forgetSql(tables), [keys], PLAN_BY_KEYS);
  });

  it('claim the sagas of a dead process without looking at those of the others', async () => {
    await client.query(`UPDATE ${tables.owners} SET alive_until = 0 WHERE owner = 'process-1'`);
    const names = Array.from({ length: 7 }, (_, index) => `Saga${index}`);
    await expectFlat(claimSql(tables), ['process-9', 1, names, 50, [], '']);
    await client.query(`UPDATE ${tables.owners} SET alive_until = 9e15::bigint`);
  });

  it('claim what is awake, and what is due, without looking at those that sleep', async () => {
    const schema = store.schema();
    await (await store.opened({ schema })).close();
    const fresh = tablesOf(schema);
    await fill(fresh);
    const asleep = `UPDATE ${fresh.sagas} SET status = 'running', owner = NULL, wake_at = $1
      WHERE status = 'completed'`;
    await client.query(asleep, [NO_WAKE_TIME]);
    const names = Array.from({ length: 7 }, (_, index) => `Saga${index}`);
    for (const what of ['VACUUM', 'ANALYZE']) {
      await client.query(`${what} ${fresh.sagas}`);
      for (const [sql, values] of [
        [claimSql(fresh), ['process-9', 1, names, 50, [], '']],
        [claimSql(fresh, 'suspects'), ['process-9', 1, names, 1, [], '', 0]],
        [abandonedSql(fresh), ['', ['Other']]],
      ] as const) {
        const plan = await explained(sql, values);
        expect(readWhole(plan)).toEqual([]);
        expect(pagesOf(plan)).toBeLessThan(60);
      }
    }
  });

  it('claim and list in a few pages, also before Postgres knows anything of the tables', async () => {
    const schema = store.schema();
    await (await store.opened({ schema })).close();
    const fresh = tablesOf(schema);
    for (const table of [fresh.sagas, fresh.appends, fresh.owners]) {
      await client.query(`ALTER TABLE ${table} SET (autovacuum_enabled = off)`);
    }
    await fill(fresh);
    // One name, which the planner takes for a rare one.
    await client.query(`UPDATE ${fresh.sagas} SET name = 'Saga1'`);
    for (const where of [fresh, tables]) {
      const plan = await explained(claimSql(where), ['process-9', 1, ['Saga1'], 100, [], '']);
      expect(readWhole(plan)).toEqual([]);
      expect(pagesOf(plan)).toBeLessThan(60);
    }
    for (const filter of [{}, { cursor }]) {
      const { text, values } = pageSql(listQuery(filter), pageDialect(fresh));
      const plan = await explained(text, values);
      expect(pagesOf(plan)).toBeLessThan(2_000);
    }
  });

  const filters: readonly SagaFilter[] = [
    {},
    { name: 'Saga1' },
    { name: 'Nothing' },
    { status: 'parked' },
    { status: 'running' },
    { status: ['running', 'parked'], name: 'Saga2' },
    { key: 'key-10' },
    { key: 'key-10', name: 'Saga1', status: 'completed' },
    { tags: { tenant: 't1' } },
    { tags: { tenant: 't1' }, name: 'Saga1', status: ['completed'] },
    { createdAfter: new Date(0), createdBefore: new Date(1_700_000_005_000) },
    { application: 'others' },
    { application: 'others', name: 'Saga1', status: 'completed' },
    { application: 'others', key: 'key-10' },
  ];
  it.each(filters.flatMap((filter) => [filter, { ...filter, cursor }]))(
    'stay flat for the list %j',
    async (filter) => {
      const { text, values } = pageSql(listQuery(filter), pageDialect(tables));
      await expectFlat(text, values);
    },
  );

  const forms = [...writeStatements(tablesOf('saga')).keys()];
  it.each(forms)('write %s by keys alone, also when made on empty tables', async (form) => {
    const schema = store.schema();
    await (await store.opened({ schema })).close();
    const writer = new Client({ connectionString: store.server.url });
    await writer.connect();
    try {
      await prepareWriter(writer, 10_000);
      for (const where of [tablesOf(schema), tables]) {
        const text = `EXPLAIN (GENERIC_PLAN, FORMAT JSON) ${writeStatements(where).get(form)}`;
        const plan = (await writer.query(text)).rows[0]['QUERY PLAN'][0].Plan;
        const scans = nodesOf(plan).filter((node) => node['Relation Name'] !== undefined);
        const ways = new Set(scans.map((node) => node['Node Type']));
        ways.delete('ModifyTable');
        expect([...ways]).toEqual(['create', 'creates'].includes(form) ? [] : ['Index Scan']);
        expect(nodesOf(plan).map((node) => node['Node Type'])).not.toContain('Hash Join');
      }
    } finally {
      await writer.end();
    }
  });
});
