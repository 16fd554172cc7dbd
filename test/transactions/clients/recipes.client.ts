import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Type } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { Client } from 'pg';
import type { SagaHandle } from 'nestjs-saga-orchestrator/core';
import { start, type PostgresServer } from '../../support/postgres-server.js';

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
let server: PostgresServer;
let session: Client;

beforeAll(async () => {
  server = await start(['fsync=off']);
  process.env['DATABASE_URL'] = server.url;
  session = new Client({ connectionString: server.url });
  await session.connect();
  await session.query('CREATE TABLE orders (id text PRIMARY KEY, shipped boolean)');
});
afterAll(async () => {
  await session.end();
  await server.stop();
});

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
