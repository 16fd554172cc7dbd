import { join } from 'node:path';
import type { INestApplication, Type } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import type { SagaHandle } from 'nestjs-saga-orchestrator';
import { postgresStore } from '../journals/postgres-store.js';
import { removeTempFolders, tempFolder } from '../journals/temp-folder.js';
import { recipe } from '../support/recipe.js';

const store = postgresStore();
const PAGE = 'docs/transactions.md';

interface Recipe {
  readonly AppModule: Type;
  readonly Orders: Type<{ place(id: string): Promise<SagaHandle> }>;
  readonly Transfers: Type<{ transfer(id: string, transfer: object): Promise<unknown> }>;
  readonly pool: { query(sql: string): Promise<{ rows: unknown[] }>; end(): Promise<void> };
  readonly database: { prepare(sql: string): { all(): unknown[] } };
}

async function started({ AppModule }: Recipe): Promise<INestApplication> {
  const testing = await Test.createTestingModule({ imports: [AppModule] })
    .setLogger(false as never)
    .compile();
  const app = testing.createNestApplication();
  await app.init();
  return app;
}

afterAll(removeTempFolders);

it('the recipe for pg runs as it is', async () => {
  await store.query('CREATE TABLE IF NOT EXISTS orders (id text PRIMARY KEY, shipped boolean)');
  process.env['DATABASE_URL'] = store.server.url;
  const it = await recipe<Recipe>(PAGE, 'pg');
  const app = await started(it);
  const handle = await app.get(it.Orders).place('o-1');
  await handle.result();
  await expect(app.get(it.Orders).place('o-1')).rejects.toThrow(/duplicate key/);
  expect((await it.pool.query('SELECT id, shipped FROM orders')).rows).toEqual([
    { id: 'o-1', shipped: true },
  ]);
  await app.close();
  await it.pool.end();
  await store.query('DROP SCHEMA saga CASCADE');
  await store.query('DROP TABLE orders');
});

it('the recipe for SQLite runs as it is', async () => {
  process.env['DATABASE_FILE'] = join(tempFolder(), 'shop.db');
  const it = await recipe<Recipe>(PAGE, 'sqlite');
  const app = await started(it);
  const handle = await app.get(it.Orders).place('o-1');
  await handle.result();
  await expect(app.get(it.Orders).place('o-1')).rejects.toThrow(/UNIQUE/);
  expect(it.database.prepare('SELECT id, shipped FROM orders').all()).toEqual([
    { id: 'o-1', shipped: 1 },
  ]);
  await app.close();
});

it('the recipe for transactional steps runs as it is', async () => {
  await store.query('CREATE TABLE accounts (id text PRIMARY KEY, balance int NOT NULL)');
  await store.query("INSERT INTO accounts VALUES ('ann', 100), ('bob', 0)");
  process.env['DATABASE_URL'] = store.server.url;
  const it = await recipe<Recipe>(PAGE, 'steps');
  const app = await started(it);
  const transfers = app.get(it.Transfers);
  const between = (to: string, amount: number) => ({ from: 'ann', to, amount });
  await transfers.transfer('t-1', between('bob', 30));
  await expect(transfers.transfer('t-2', between('bob', 300))).rejects.toThrow(/Not enough/);
  await expect(transfers.transfer('t-3', between('eve', 10))).rejects.toThrow(/No such account/);
  const { rows } = await it.pool.query('SELECT id, balance FROM accounts ORDER BY id');
  expect(rows).toEqual([
    { id: 'ann', balance: 70 },
    { id: 'bob', balance: 30 },
  ]);
  await app.close();
  await it.pool.end();
  await store.query('DROP SCHEMA saga CASCADE');
  await store.query('DROP TABLE accounts');
});
