import { randomUUID } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Type } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { Client } from 'pg';
import type { SagaHandle } from 'nestjs-saga-orchestrator/core';
import { start, type PostgresServer } from '../../support/postgres-server.js';
import { PATIENCE_MS } from './prove.js';

interface Recipe {
  readonly AppModule: Type;
  readonly Orders: Type<{ place(id: string): Promise<SagaHandle> }>;
  readonly db: Partial<
    Record<'destroy' | 'close' | '$disconnect', () => Promise<unknown>> & {
      $client: { end(): Promise<unknown> };
    }
  >;
}

const FOLDER = join(__dirname, '.recipes');
const names = readdirSync(FOLDER)
  .map((file) => file.replace(/\.ts$/, ''))
  .filter((name) => name !== 'place-order');
const database = `recipes_${randomUUID().slice(0, 8)}`;
let server: PostgresServer;
let session: Client;

async function connected(connectionString: string): Promise<Client> {
  const client = new Client({ connectionString });
  await client.connect();
  return client;
}

beforeAll(async () => {
  server = await start(['fsync=off']);
  const owner = await connected(server.url);
  await owner.query(`CREATE DATABASE ${database}`);
  await owner.end();
  const url = new URL(`/${database}`, server.url).href;
  process.env['DATABASE_URL'] = url;
  session = await connected(url);
  await session.query('CREATE TABLE orders (id text PRIMARY KEY, shipped boolean)');
}, PATIENCE_MS);
afterAll(async () => {
  await session.end();
  const owner = await connected(server.url);
  await owner.query(`DROP DATABASE ${database} WITH (FORCE)`);
  await owner.end();
  await server.stop();
}, PATIENCE_MS);

const close = ({ db }: Recipe) =>
  db.destroy?.() ?? db.$disconnect?.() ?? db.$client?.end() ?? db.close?.();

it('there is one for each adapter', () => {
  expect(names.toSorted()).toEqual(
    ['drizzle', 'knex', 'kysely', 'mikro-orm', 'nestjs-cls', 'prisma', 'typeorm'].toSorted(),
  );
});

it.each(names)('the recipe for %s runs as it is', async (name) => {
  const recipe = (await import(join(FOLDER, `${name}.ts`))) as Recipe;
  const testing = await Test.createTestingModule({ imports: [recipe.AppModule] })
    .setLogger(false as never)
    .compile();
  const app = testing.createNestApplication();
  await app.init();
  const orders = app.get(recipe.Orders, { strict: false });
  const handle = await orders.place('o-1');
  expect((await handle.result()).isSuccess).toBe(true);
  await expect(orders.place('o-1')).rejects.toThrow();
  expect((await session.query('SELECT id FROM orders')).rows).toEqual([{ id: 'o-1' }]);
  await app.close();
  await close(recipe);
  await session.query('TRUNCATE orders');
  await session.query('DROP SCHEMA saga CASCADE');
});
