import { Pool, type PoolClient } from 'pg';
import {
  defineSaga,
  isSagaError,
  NOTHING_TO_UNDO,
  type SagaHandle,
} from 'nestjs-saga-orchestrator/core';
import { InProcessEngine, type InProcessEngineOptions } from 'nestjs-saga-orchestrator/in-process';
import { postgresJournal } from 'nestjs-saga-orchestrator/postgres';
import { fromPg } from 'nestjs-saga-orchestrator/transactions';
import { postgresStore } from '../journals/postgres-store.js';
import { RecordingLogger } from '../support/recording-logger.js';

const store = postgresStore();

function poolOf(max: number): Pool {
  const pool = new Pool({ connectionString: store.server.url, max });
  store.closing({ close: () => pool.end() });
  return pool;
}

/** An application with orders of its own, in the database of the journal. */
class Shop {
  readonly schema = store.schema();
  readonly logger = new RecordingLogger();
  readonly pool = poolOf(20);
  readonly transactions = fromPg(this.pool);
  readonly shipped: string[] = [];
  readonly plan = defineSaga<{ id: string }>('PlaceOrder', [
    {
      label: 'Ship',
      action: ({ context }) => void this.shipped.push(context.id),
      compensate: NOTHING_TO_UNDO,
    },
  ]);

  async opened(): Promise<this> {
    await store.query(`CREATE SCHEMA ${this.schema}`);
    await store.query(`CREATE TABLE ${this.schema}.orders (id text PRIMARY KEY)`);
    return this;
  }

  engine(options: Partial<InProcessEngineOptions> = {}): InProcessEngine {
    const { schema, logger, transactions } = this;
    const journal = postgresJournal({ connectionString: store.server.url, schema });
    const engine = new InProcessEngine({ journal, logger, transactions, ...options });
    engine.register(this.plan);
    return store.closing(engine);
  }

  order(client: PoolClient, id: string): Promise<unknown> {
    return client.query(`INSERT INTO ${this.schema}.orders VALUES ($1)`, [id]);
  }

  /** An order and its saga, both or neither. */
  async place(engine: InProcessEngine, client: PoolClient, id: string): Promise<SagaHandle> {
    await this.order(client, id);
    return engine.start(this.plan, { id }, { id, transaction: client });
  }

  async orders(): Promise<readonly string[]> {
    const rows = await store.query(`SELECT id FROM ${this.schema}.orders ORDER BY id`);
    return rows.map(({ id }) => String(id));
  }
}

async function codeOf(it: Promise<unknown>): Promise<string> {
  return it.then(
    () => 'resolved',
    (error: unknown) => (isSagaError(error) ? error.code : String(error)),
  );
}

describe('a saga that is started in a transaction of the application, on Postgres', () => {
  it('is unseen before the commit, and begins after it', async () => {
    const shop = await new Shop().opened();
    const engine = shop.engine();
    const other = shop.engine();
    await other.open();
    await other.recover();
    let handle: SagaHandle | undefined;
    await shop.transactions.run(async (client) => {
      handle = await shop.place(engine, client, 'o-1');
      await new Promise((resolve) => setTimeout(resolve, 100));
      expect(shop.shipped).toEqual([]);
      expect((await engine.list({})).sagas).toEqual([]);
      expect(await engine.get({ name: 'PlaceOrder', id: 'o-1' })).toBeUndefined();
    });
    expect((await handle?.result())?.isSuccess).toBe(true);
    expect([shop.shipped, await shop.orders()]).toEqual([['o-1'], ['o-1']]);
    const details = await engine.get({ name: 'PlaceOrder', id: 'o-1' });
    expect(details?.timeline.map(({ type }) => type)).toEqual([
      ...['accepted', 'started', 'done', 'completed'],
    ]);
    // Being found is no recovery (74).
    expect(details?.recoveries).toBe(0);
  });

  it('never was after a rollback', async () => {
    const shop = await new Shop().opened();
    const engine = shop.engine();
    let handle: SagaHandle | undefined;
    const placing = shop.transactions.run(async (client) => {
      handle = await shop.place(engine, client, 'o-1');
      throw new Error('no credit');
    });
    await expect(placing).rejects.toThrow('no credit');
    await expect(handle?.result()).rejects.toThrow(/was not started: its transaction was rolled/);
    expect(await codeOf(handle?.result() ?? Promise.resolve())).toBe('SAGA_NOT_FOUND');
    expect([shop.shipped, await shop.orders()]).toEqual([[], []]);
    expect((await engine.list({})).sagas).toEqual([]);
  });

  it('never was after a rollback to a savepoint, either', async () => {
    const shop = await new Shop().opened();
    const engine = shop.engine();
    let handle: SagaHandle | undefined;
    await shop.transactions.run(async (client) => {
      await client.query('SAVEPOINT before');
      handle = await shop.place(engine, client, 'o-1');
      await client.query('ROLLBACK TO SAVEPOINT before');
      await shop.order(client, 'o-2');
    });
    expect(await codeOf(handle?.result() ?? Promise.resolve())).toBe('SAGA_NOT_FOUND');
    expect([shop.shipped, await shop.orders()]).toEqual([[], ['o-2']]);
  });

  it('is refused on the pool in place of a transaction, and on a client without one: nothing is stored', async () => {
    const shop = await new Shop().opened();
    const engine = shop.engine();
    for (const transaction of [shop.pool, await shop.pool.connect()]) {
      const started = engine.start(shop.plan, { id: 'o-1' }, { id: 'o-1', transaction });
      await expect(started).rejects.toThrow(
        /transaction is no open transaction: .* Hand in what the callback of your transaction is given/,
      );
      if ('release' in transaction) transaction.release();
    }
    expect(await store.query(`SELECT 1 FROM ${shop.schema}.sagas`)).toEqual([]);
  });

  it('is refused in another database, at the start and already when recovery begins', async () => {
    const shop = await new Shop().opened();
    const other = `saga_other_${process.pid}`;
    await store.query(`CREATE DATABASE ${other}`);
    const url = new URL(store.server.url);
    url.pathname = `/${other}`;
    const elsewhere = new Pool({ connectionString: url.href });
    try {
      const engine = shop.engine({ transactions: fromPg(elsewhere) });
      const refusal =
        /one of the database saga_other_\d+, and the journal .* is in \w+: only one database commits both/;
      await expect(engine.recover()).rejects.toThrow(refusal);
      const placing = fromPg(elsewhere).run((client) =>
        engine.start(shop.plan, { id: 'o-1' }, { id: 'o-1', transaction: client }),
      );
      await expect(placing).rejects.toThrow(refusal);
    } finally {
      await elsewhere.end();
      await store.query(`DROP DATABASE ${other} WITH (FORCE)`);
    }
  });

  it('is refused where nothing says how transactions run SQL, for what is none, and for an unknown plan', async () => {
    const shop = await new Shop().opened();
    const { transactions: _, ...without } = { transactions: 1 };
    const journal = postgresJournal({ connectionString: store.server.url, schema: shop.schema });
    const bare = store.closing(new InProcessEngine({ journal, logger: shop.logger, ...without }));
    bare.register(shop.plan);
    const start = (engine: InProcessEngine, transaction: unknown, plan = shop.plan) =>
      engine.start(plan, { id: 'o-1' }, { id: 'o-1', transaction });
    await expect(start(bare, {})).rejects.toThrow(/give SagaModule\.forRoot\(\) transactions/);
    const engine = shop.engine();
    await expect(start(engine, null)).rejects.toThrow(/your open transaction \(got null\)/);
    const unnamed = defineSaga('Unnamed', [{ label: 'A', action: () => 1, pivot: true }]);
    await expect(start(engine, {}, unnamed)).rejects.toThrow(/needs a saga that is registered/);
  });

  it('yields the saga that has its id, also to its own one; another input is refused, and the transaction goes on', async () => {
    const shop = await new Shop().opened();
    const engine = shop.engine();
    await (await engine.start(shop.plan, { id: 'o-1' }, { id: 'o-1' })).result();
    const handles: SagaHandle[] = [];
    await shop.transactions.run(async (client) => {
      handles.push(await shop.place(engine, client, 'o-1'));
      const again = { id: 'o-2', transaction: client };
      handles.push(await engine.start(shop.plan, { id: 'o-2' }, again));
      handles.push(await engine.start(shop.plan, { id: 'o-2' }, again));
      const conflict = engine.start(shop.plan, { id: 'other' }, again);
      expect(await codeOf(conflict)).toBe('SAGA_CONFLICT');
      await shop.order(client, 'o-3');
    });
    const ends = await Promise.all(handles.map((handle) => handle.result()));
    expect(ends.map(({ isSuccess }) => isSuccess)).toEqual([true, true, true]);
    expect([shop.shipped.sort(), await shop.orders()]).toEqual([
      ['o-1', 'o-2'],
      ['o-1', 'o-3'],
    ]);
  });

  it('waits for another open transaction that has stored its id', async () => {
    const shop = await new Shop().opened();
    const engine = shop.engine();
    await engine.open();
    const [first, second] = [await shop.pool.connect(), await shop.pool.connect()];
    await first.query('BEGIN');
    await second.query('BEGIN');
    const one = await engine.start(shop.plan, { id: 'o-1' }, { id: 'o-1', transaction: first });
    const two = engine.start(shop.plan, { id: 'o-1' }, { id: 'o-1', transaction: second });
    expect(await Promise.race([two.then(() => 'started'), pause(100)])).toBe('waits');
    await first.query('COMMIT');
    await second.query('COMMIT');
    const ends = await Promise.all([one.result(), (await two).result()]);
    expect([ends.map(({ isSuccess }) => isSuccess), shop.shipped]).toEqual([[true, true], ['o-1']]);
    first.release();
    second.release();
  });

  it('is found by another process when its own dies after the commit, and that is no recovery', async () => {
    const shop = await new Shop().opened();
    const engine = shop.engine();
    await shop.transactions.run(async (client) => {
      const handle = await shop.place(engine, client, 'o-1');
      handle.result().catch(() => undefined);
      // It ends before it can see the commit.
      await engine.close();
    });
    expect(shop.shipped).toEqual([]);
    const other = shop.engine({ worker: { pollMs: 20 } });
    await other.recover();
    const ended = await other.start(shop.plan, { id: 'o-1' }, { id: 'o-1' });
    await ended.result();
    const details = await other.get({ name: 'PlaceOrder', id: 'o-1' });
    expect(details?.timeline.map(({ type }) => type)).not.toContain('recovered');
    expect([details?.recoveries, shop.shipped]).toEqual([0, ['o-1']]);
  });

  it('an open transaction holds up nobody else (77a): starts, claims and lists go on, and the same id waits alone', async () => {
    const shop = await new Shop().opened();
    const engine = shop.engine();
    const other = shop.engine();
    await other.recover();
    const client = await shop.pool.connect();
    await client.query('BEGIN');
    const held = await shop.place(engine, client, 'held');
    // In the group of another process, with whatever else is written there.
    const twin = other.start(shop.plan, { id: 'held' }, { id: 'held' });
    const since = performance.now();
    const others = Array.from({ length: 50 }, (_, index) => `o-${index}`);
    const ends = await Promise.all(
      others.map(async (id) => (await other.start(shop.plan, { id }, { id })).result()),
    );
    expect(ends.every(({ isSuccess }) => isSuccess)).toBe(true);
    expect((await other.list({ status: 'completed', limit: 100 })).sagas).toHaveLength(50);
    const late = await other.start(shop.plan, { id: 'late' }, { id: 'late' });
    await late.result();
    expect(performance.now() - since).toBeLessThan(2_500);
    expect(await Promise.race([twin.then(() => 'started'), pause(100)])).toBe('waits');
    await client.query('COMMIT');
    client.release();
    await Promise.all([held.result(), (await twin).result()]);
    expect(shop.shipped.filter((id) => id === 'held')).toEqual(['held']);
  });

  it('of a rolled back one the id is free for who waited for it', async () => {
    const shop = await new Shop().opened();
    const engine = shop.engine();
    const client = await shop.pool.connect();
    await client.query('BEGIN');
    await shop.place(engine, client, 'o-1');
    const twin = shop.engine().start(shop.plan, { id: 'o-1' }, { id: 'o-1' });
    await pause(300);
    await client.query('ROLLBACK');
    client.release();
    expect((await (await twin).result()).isSuccess).toBe(true);
    expect(shop.shipped).toEqual(['o-1']);
  });

  it('is cancelled between its commit and its begin: nothing of it runs', async () => {
    const shop = await new Shop().opened();
    const engine = shop.engine();
    await shop.transactions.run(async (client) => {
      (await shop.place(engine, client, 'o-1')).result().catch(() => undefined);
      await engine.close();
    });
    const journal = await store.opened({ schema: shop.schema });
    await journal.requestCancel({ name: 'PlaceOrder', id: 'o-1' }, 'sold out');
    const other = shop.engine({ worker: { pollMs: 20 } });
    await other.recover();
    const handle = await other.start(shop.plan, { id: 'o-1' }, { id: 'o-1' });
    await expect(handle.result()).rejects.toMatchObject({ code: 'SAGA_EXECUTION' });
    expect(shop.shipped).toEqual([]);
  });
});

function pause(ms: number): Promise<'waits'> {
  return new Promise((resolve) => setTimeout(() => resolve('waits'), ms));
}
