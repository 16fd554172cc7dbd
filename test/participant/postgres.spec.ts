import { Pool, type PoolClient } from 'pg';
import { fromPg, type SagaTransactions } from 'nestjs-saga-orchestrator/transactions';
import { postgresStore } from '../journals/postgres-store.js';
import { describeBarrier } from './describe-barrier.js';
import { describeBarrierSteps } from './describe-barrier-steps.js';
import { doing, Service, type Grounds } from './grounds.js';

const store = postgresStore();

/** As an application that sets the level for all of its transactions. */
function at(isolation: string | undefined, pool: Pool): SagaTransactions<PoolClient> {
  const { run, use } = fromPg(pool);
  if (isolation === undefined) return { run, use };
  return {
    use,
    run: (work) =>
      run(async (client) => {
        await client.query(`SET TRANSACTION ISOLATION LEVEL ${isolation}`);
        return work(client);
      }),
  };
}

async function grounds(): Promise<Grounds> {
  const schema = store.schema();
  const pools: Pool[] = [];
  await store.query(`CREATE SCHEMA ${schema}`);
  await store.query(`CREATE TABLE ${schema}.effects (action text, delta integer)`);
  return {
    schema,
    table: `${schema}.saga_barrier`,
    effects: `${schema}.effects`,
    transactions: (isolation) => {
      const pool = new Pool({ connectionString: store.server.url, max: 10 });
      pools.push(pool);
      return at(isolation, pool);
    },
    query: (sql) => store.query(sql),
    dispose: async () => void (await Promise.all(pools.map((pool) => pool.end()))),
  };
}

describeBarrier('Postgres', grounds);
describeBarrierSteps('Postgres', grounds);

describe('a barrier on Postgres', () => {
  const LEVELS = ['READ COMMITTED', 'REPEATABLE READ', 'SERIALIZABLE'];

  it.each(LEVELS)(
    'leaves no effect when everything comes twice and at once, at %s (92, B1)',
    async (level) => {
      const laid = await grounds();
      const services = [new Service(laid, {}, level), new Service(laid, {}, level)];
      await services[0]?.barrier.open();
      const keys = Array.from({ length: 100 }, (_, i) => `k-${i}`);
      const answers = await Promise.all(
        keys.flatMap((key) =>
          services.flatMap((service, at) => [
            service.undo(key, `undone by ${at}`).catch((error: unknown) => error),
            service.do(key, `done by ${at}`).catch((error: unknown) => error),
          ]),
        ),
      );
      const net = await (services[0] as Service).net();
      expect(Object.values(net).filter((sum) => sum !== 0)).toEqual([]);
      const failed = answers.filter((answer) => answer instanceof Error);
      expect(
        failed.filter((error) => (error as { code?: string }).code !== 'SAGA_BLOCKED'),
      ).toEqual([]);
      // Of what ran, both callers were told the same; whoever was blocked is so in both.
      for (const [i, key] of keys.entries()) {
        const [oneUndone, oneDone, otherUndone, otherDone] = answers.slice(4 * i, 4 * i + 4);
        expect([key, oneUndone]).toEqual([key, otherUndone]);
        expect([key, oneDone]).toEqual([key, otherDone]);
      }
      await laid.dispose();
    },
  );

  it('waits for nobody when it deletes old rows', async () => {
    const laid = await grounds();
    const service = new Service(laid);
    await service.barrier.open();
    const columns = `${laid.table} (action, op, ran, at)`;
    await laid.query(`INSERT INTO ${columns} VALUES ('a', 'do', TRUE, 1), ('b', 'do', TRUE, 1)`);
    await service.transactions.run(async (client) => {
      await client.query(`SELECT 1 FROM ${laid.table} WHERE action = 'a' FOR UPDATE`);
      expect(await service.barrier.sweep()).toBe(1);
    });
    expect(await service.rows()).toEqual(['a do true']);
    await laid.dispose();
  });

  it('uses the schema of the connection when none is named', async () => {
    const laid = await grounds();
    const pool = new Pool({
      connectionString: store.server.url,
      options: `-c search_path=${laid.schema}`,
    });
    const named = { ...laid, schema: undefined, transactions: () => fromPg(pool) };
    const service = new Service(named);
    await service.do('k');
    expect(await service.rows()).toEqual(['k do true']);
    await pool.end();
    await laid.dispose();
  });

  it('makes the schema with the table, and a role without the right to make any uses what is there', async () => {
    const laid = await grounds();
    await store.query(`DROP SCHEMA ${laid.schema} CASCADE`);
    await new Service(laid).barrier.open();
    const role = `${laid.schema}_role`;
    await store.query(`CREATE ROLE ${role} LOGIN`);
    await store.query(`GRANT USAGE ON SCHEMA ${laid.schema} TO ${role}`);
    await store.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON ${laid.table} TO ${role}`);
    const url = new URL(store.server.url);
    url.username = role;
    const pool = new Pool({ connectionString: url.href });
    const lesser = new Service({ ...laid, transactions: () => fromPg(pool) });
    expect(await lesser.barrier.do(doing('k'), () => 1)).toBe(1);
    await pool.end();
    await store.query(`DROP OWNED BY ${role}`);
    await store.query(`DROP ROLE ${role}`);
    await laid.dispose();
  });
});
