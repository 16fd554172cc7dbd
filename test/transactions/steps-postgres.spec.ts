import { Pool, type PoolClient } from 'pg';
import type { SagaDefinition, SagaTransactions } from 'nestjs-saga-orchestrator/core';
import { InProcessEngine, type InProcessEngineOptions } from 'nestjs-saga-orchestrator/in-process';
import { postgresJournal } from 'nestjs-saga-orchestrator/postgres';
import { fromPg } from 'nestjs-saga-orchestrator/transactions';
import { postgresStore } from '../journals/postgres-store.js';
import { RecordingLogger } from '../support/recording-logger.js';
import { tcpProxy } from '../support/tcp-proxy.js';
import { codeOf, describeSteps, type Ledger, transferOf, typesOf } from './describe-steps.js';

const store = postgresStore();

class PostgresLedger implements Ledger {
  readonly schema = store.schema();
  readonly logger = new RecordingLogger();
  readonly pool = this.poolTo(store.server.url);
  transactions: SagaTransactions = fromPg(this.pool);

  async opened(): Promise<this> {
    await store.query(`CREATE SCHEMA ${this.schema}`);
    await store.query(`CREATE TABLE ${this.schema}.rows (at serial, row text)`);
    return this;
  }

  poolTo(connectionString: string): Pool {
    const pool = new Pool({ connectionString, max: 20 });
    pool.on('error', () => undefined);
    store.closing({ close: () => pool.end() });
    return pool;
  }

  engine(plan: SagaDefinition, options: Partial<InProcessEngineOptions> = {}): InProcessEngine {
    const { schema, logger, transactions } = this;
    const journal = postgresJournal({ connectionString: store.server.url, schema });
    const engine = new InProcessEngine({ journal, logger, transactions, ...options });
    engine.register(plan);
    return store.closing(engine);
  }

  async write(tx: unknown, row: string): Promise<void> {
    await (tx as PoolClient).query(`INSERT INTO ${this.schema}.rows (row) VALUES ($1)`, [row]);
  }

  async rows(): Promise<readonly string[]> {
    const rows = await store.query(`SELECT row FROM ${this.schema}.rows ORDER BY at`);
    return rows.map(({ row }) => String(row));
  }

  async overtake(): Promise<void> {
    await store.query(`UPDATE ${this.schema}.sagas SET owner = 'another', epoch = epoch + 1`);
  }
}

const opened = (): Promise<PostgresLedger> => new PostgresLedger().opened();

describe('a transactional step on Postgres', () => {
  describeSteps(opened);

  it('commits nothing once its process was overtaken (80)', async () => {
    const ledger = await opened();
    const plan = transferOf(() => ledger, {
      action: async (_ctx, tx) => {
        await ledger.write(tx, 'by a zombie');
        await ledger.overtake();
      },
    });
    const engine = ledger.engine(plan, { worker: false });
    const handle = await engine.start(plan, {}, { id: 't-1' });
    expect(await codeOf(handle.result())).toBe('SAGA_INTERRUPTED');
    expect([await ledger.rows(), await typesOf(engine, 't-1')]).toEqual([[], ['accepted']]);
  });

  it('is no step for a transaction that it has ended itself', async () => {
    const ledger = await opened();
    const plan = transferOf(() => ledger, {
      action: async (_ctx, tx) => void (await (tx as PoolClient).query('COMMIT')),
    });
    const engine = ledger.engine(plan);
    const handle = await engine.start(plan, {}, { id: 't-1' });
    const end = await handle.result().catch((error: { cause: unknown }) => error.cause);
    expect(String(end)).toContain('has ended before its step did');
  });

  it('says that the step has caught an SQL error, which has aborted its transaction (84)', async () => {
    const ledger = await opened();
    const plan = transferOf(() => ledger, {
      action: async (_ctx, tx) =>
        void (await (tx as PoolClient).query('SELECT nothing').catch(() => undefined)),
    });
    const engine = ledger.engine(plan);
    const handle = await engine.start(plan, {}, { id: 't-1' });
    const end = await handle.result().catch((error: { cause: unknown }) => error.cause);
    expect(String(end)).toContain('an SQL error that the step has caught');
    expect(await typesOf(engine, 't-1')).toContain('failed');
  });

  it.each(['read committed', 'repeatable read', 'serializable'] as const)(
    'steps at once on one row end, each with its effect once, at %s, which transactionIsolation asks for (85)',
    async (level) => {
      const ledger = await opened();
      await store.query(`INSERT INTO ${ledger.schema}.rows (row) VALUES ('0')`);
      const levels = new Set<unknown>();
      const add = async (tx: PoolClient) => {
        const { rows } = await tx.query('SHOW transaction_isolation');
        levels.add(rows[0]?.transaction_isolation);
        await tx.query(`UPDATE ${ledger.schema}.rows SET row = row::int + 1`);
      };
      const plan = transferOf(() => ledger, {
        transactionIsolation: level,
        action: (_ctx, tx) => add(tx as PoolClient),
      });
      const engine = ledger.engine(plan);
      await engine.recover();
      const ids = Array.from({ length: 12 }, (_, index) => `t-${index}`);
      const ends = await Promise.all(
        ids.map(async (id) => (await engine.start(plan, {}, { id })).result()),
      );
      expect(ends.every(({ isSuccess }) => isSuccess)).toBe(true);
      expect(await ledger.rows()).toEqual(['12']);
      expect([...levels]).toEqual([level]);
    },
  );

  it('refuses transactions that forget their isolation before any saga runs in them (85)', async () => {
    const ledger = await opened();
    const { use, run } = fromPg(ledger.pool);
    ledger.transactions = { use, run: (work) => run(work) };
    const plan = transferOf(() => ledger, { transactionIsolation: 'serializable' });
    await expect(ledger.engine(plan).recover()).rejects.toMatchObject({
      code: 'SAGA_OPTIONS',
      message: expect.stringMatching(
        /transactionIsolation 'serializable' of step 'Debit' of saga 'Transfer' cannot be had: .*begun as 'read committed'/,
      ),
    });
  });

  it.each([
    ['never sent', false],
    ['answered to nobody', true],
  ])(
    'settles a COMMIT that was %s: the records say what became of its effect (82)',
    async (_how, isCommitted) => {
      const ledger = await opened();
      let isFirst = true;
      const { pool } = ledger;
      ledger.transactions = {
        use: fromPg(pool).use,
        run: (work) =>
          fromPg(pool).run(async (client) => {
            const value = await work(client);
            if (!isFirst) return value;
            isFirst = false;
            if (isCommitted) await client.query('COMMIT');
            const { processID } = client as unknown as { processID: number };
            await store.query('SELECT pg_terminate_backend($1)', [processID]);
            throw new Error('Connection terminated unexpectedly');
          }),
      };
      const plan = transferOf(() => ledger, {}, {});
      const engine = ledger.engine(plan);
      const handle = await engine.start(plan, {}, { id: 't-1' });
      const end = await codeOf(handle.result());
      const types = await typesOf(engine, 't-1');
      if (isCommitted) {
        expect([end, await ledger.rows()]).toEqual(['resolved', ['Debit', 'Credit']]);
        expect(types).toEqual(['accepted', 'started', 'done', 'started', 'done', 'completed']);
      } else {
        expect([end, await ledger.rows()]).toEqual(['SAGA_EXECUTION', []]);
        expect(types).toEqual(['accepted', 'started', 'failed', 'compensating', 'compensated']);
      }
    },
  );

  it('an answer that never comes holds up no other saga, and the server ends the session (81, 83)', async () => {
    const ledger = await opened();
    const proxy = await tcpProxy(store.server.url);
    const far = ledger.poolTo(proxy.url);
    const near = fromPg(ledger.pool);
    let isFirst = true;
    let told: unknown;
    ledger.transactions = {
      use: near.use,
      run: (work) => {
        if (!isFirst) return near.run(work);
        isFirst = false;
        return fromPg(far).run(async (client) => {
          const value = await work(client);
          told = (await client.query('SHOW idle_in_transaction_session_timeout')).rows;
          // That the server keeps to it takes no ten seconds to see.
          await client.query("SET LOCAL idle_in_transaction_session_timeout = '3s'");
          proxy.swallows = 'everything';
          return value;
        });
      },
    };
    const plan = transferOf(() => ledger, { retry: 1 });
    const engine = ledger.engine(plan);
    const handle = await engine.start(plan, {}, { id: 't-1' });
    const dangling = handle.result();
    await new Promise((resolve) => setTimeout(resolve, 300));
    const since = performance.now();
    for (let other = 0; other < 20; other += 1) {
      await (await engine.start(plan, {}, { id: `other-${other}` })).result();
    }
    expect(performance.now() - since).toBeLessThan(3_000);
    expect((await dangling).isSuccess).toBe(true);
    await proxy.close();
    expect(told).toEqual([{ idle_in_transaction_session_timeout: '10s' }]);
    expect(await typesOf(engine, 't-1')).toEqual([
      ...['accepted', 'started', 'failed', 'started', 'done', 'completed'],
    ]);
    expect(await ledger.rows()).toHaveLength(21);
  });

  it('needs a pool of at least three where it is that of the journal (86a)', async () => {
    const ledger = await opened();
    const pool = new Pool({ connectionString: store.server.url, max: 2 });
    store.closing({ close: () => pool.end() });
    const { schema, logger } = ledger;
    const journal = postgresJournal({ pool, schema });
    const engine = store.closing(
      new InProcessEngine({ journal, logger, transactions: fromPg(pool) }),
    );
    await expect(engine.recover()).rejects.toThrow(/which lends 2: .* Let it lend at least 3/);
  });
});
