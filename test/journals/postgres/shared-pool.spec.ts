import { Pool, type PoolClient } from 'pg';
import { defineSaga, type SagaRow } from 'nestjs-saga-orchestrator/core';
import { InProcessEngine } from 'nestjs-saga-orchestrator/in-process';
import { postgresJournal, type PgPool } from 'nestjs-saga-orchestrator/postgres';
import { ANNA, batchOf, created, sagaOf } from '../../../lib/testing/contract/fixtures.js';
import { RecordingLogger } from '../../support/recording-logger.js';
import { postgresStore } from '../postgres-store.js';

const store = postgresStore();

const pools: Pool[] = [];
function poolOf(options: object = {}): Pool {
  const pool = new Pool({ connectionString: store.server.url, ...options });
  pools.push(pool);
  return pool;
}
afterEach(async () => {
  for (const pool of pools.splice(0)) await pool.end();
});

/** Takes every connection that the pool still has, until it is called. */
async function occupy(pool: Pool): Promise<() => void> {
  const clients: PoolClient[] = [];
  for (let free = pool.options.max - pool.totalCount + pool.idleCount; free > 0; free -= 1) {
    clients.push(await pool.connect());
  }
  return () => clients.forEach((client) => client.release());
}

const backends = (schema: string): Promise<readonly { count: number }[]> =>
  store.query(
    `SELECT count(*)::int AS count FROM pg_stat_activity
      WHERE application_name = $1 AND pid <> pg_backend_pid()`,
    [schema],
  ) as never;

describe('a pool that the steps of the sagas use as well', () => {
  it('holds up no heartbeat: no saga is interrupted, no step run twice', async () => {
    // pg's defaults: ten connections, and whoever comes too late waits for as long as it takes.
    const pool = poolOf();
    const logger = new RecordingLogger();
    const engine = store.closing(
      new InProcessEngine({
        journal: postgresJournal({ pool, schema: store.schema() }),
        logger,
        leaseMs: 3_000,
      }),
    );
    const runs = new Map<string, number>();
    const plan = defineSaga('Report', [
      {
        label: 'Query',
        action: async ({ sagaId }) => {
          runs.set(sagaId, (runs.get(sagaId) ?? 0) + 1);
          await pool.query('SELECT pg_sleep(0.3)');
        },
        pivot: true,
      },
    ]);
    engine.register(plan);
    await engine.recover();
    const began = performance.now();
    const sagas = Array.from({ length: 250 }, async (_, index) => {
      const handle = await engine.start(plan, {}, { id: `r-${index}` });
      return (await handle.result()).isSuccess;
    });
    expect(await Promise.all(sagas)).toEqual(Array(250).fill(true));
    // Else it would have proved nothing.
    expect(performance.now() - began).toBeGreaterThan(2 * 3_000);
    expect([...runs.values()]).toEqual(Array(250).fill(1));
    expect(logger.messages('error')).toEqual([]);
  });

  it('answers what is asked of one saga while every connection of it is taken', async () => {
    const pool = poolOf({ max: 3 });
    const journal = await store.opened({ pool, schema: store.schema() });
    const saga = await created(journal);
    const release = await occupy(pool);
    try {
      await journal.heartbeat(ANNA, 60_000);
      const { epoch }: SagaRow = (await journal.get(saga)) as SagaRow;
      await journal.requestCancel(saga, 'stop');
      expect(await journal.heartbeat(ANNA, 60_000)).toMatchObject([{ cancelReason: 'stop' }]);
      expect((await journal.load(saga))?.entries).toHaveLength(1);
      await journal.append(batchOf(saga, [2]));
      await journal.create(sagaOf());
      await journal.release({ ref: saga, owner: ANNA, epoch, graceful: true });
      const claim = { owner: ANNA, names: [saga.name], limit: 1, id: saga.id };
      expect(await journal.claim(claim)).toHaveLength(1);
      await journal.leave(ANNA);
    } finally {
      release();
    }
  });

  it('holds up no heartbeat either by a lock that an act waits for', async () => {
    const pool = poolOf({ max: 3 });
    const schema = store.schema();
    const journal = await store.opened({ pool, schema });
    const saga = await created(journal);
    const client = await pool.connect();
    await client.query('BEGIN');
    await client.query(`SELECT 1 FROM ${schema}.sagas FOR UPDATE`);
    const cancelled = journal.requestCancel(saga, 'stop');
    await journal.heartbeat(ANNA, 60_000);
    await client.query('COMMIT');
    client.release();
    await cancelled;
  });

  it('is connected by its own options, password and all, and its connection made anew when lost', async () => {
    const role = `${store.schema()}_role`;
    await store.query(`CREATE ROLE "${role}" LOGIN PASSWORD 'secret'`);
    await store.query(`GRANT CREATE ON DATABASE postgres TO "${role}"`);
    const { hostname, port } = new URL(store.server.url);
    const where = { connectionString: undefined, host: hostname, port: Number(port) };
    const pool = poolOf({ ...where, database: 'postgres', user: role, password: 'secret', max: 2 });
    const schema = store.schema();
    const journal = await store.opened({ pool, schema });
    await journal.heartbeat(ANNA, 60_000);
    await store.server.terminateBackends();
    await journal.heartbeat(ANNA, 60_000);
    const users = await store.query(
      `SELECT DISTINCT usename FROM pg_stat_activity WHERE usename = $1`,
      [role],
    );
    expect(users).toEqual([{ usename: role }]);
    await journal.close();
    await store.query(`DROP SCHEMA "${schema}" CASCADE`);
    await store.query(`DROP OWNED BY "${role}"`);
    await pool.end();
    pools.splice(pools.indexOf(pool), 1);
    await store.query(`DROP ROLE "${role}"`);
  });

  it('lends one connection; two more are opened beside it, and all are gone after close', async () => {
    const schema = store.schema();
    const pool = poolOf({ max: 2, application_name: schema });
    const journal = await store.opened({ pool, schema });
    const saga = await created(journal);
    await journal.heartbeat(ANNA, 60_000);
    await journal.get(saga);
    await journal.list({});
    expect(pool.totalCount).toBeLessThanOrEqual(2);
    expect((await backends(schema))[0]?.count).toBeLessThanOrEqual(4);
    await journal.close();
    await pool.end();
    pools.splice(pools.indexOf(pool), 1);
    for (let tries = 0; ; tries += 1) {
      const [left] = await backends(schema);
      if (left?.count === 0) break;
      if (tries > 100) throw new Error(`${left?.count} connections are left`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  });

  it('that does not say how it connects is warned of, and works', async () => {
    const pool = poolOf({ max: 3 });
    const warnings: string[] = [];
    const wrapped = {
      connect: pool.connect.bind(pool),
      on: pool.on.bind(pool),
      removeListener: pool.removeListener.bind(pool),
      end: () => pool.end(),
    } as unknown as PgPool;
    const onWarning = (message: string): unknown => warnings.push(message);
    const journal = await store.opened({ pool: wrapped, schema: store.schema(), onWarning });
    await created(journal);
    await journal.heartbeat(ANNA, 60_000);
    expect(warnings).toEqual([expect.stringMatching(/does not say how it connects.*pg\.Pool/)]);
  });
});
