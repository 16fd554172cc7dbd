import { Module, type Type } from '@nestjs/common';
import { ClsPluginTransactional, TransactionHost } from '@nestjs-cls/transactional';
import { TransactionalAdapterDrizzleOrm } from '@nestjs-cls/transactional-adapter-drizzle-orm';
import { TransactionalAdapterPrisma } from '@nestjs-cls/transactional-adapter-prisma';
import { TransactionalAdapterTypeOrm } from '@nestjs-cls/transactional-adapter-typeorm';
import { PrismaPg } from '@prisma/adapter-pg';
import { sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import { ClsModule } from 'nestjs-cls';
import { Pool } from 'pg';
import {
  fromCls,
  fromDrizzle,
  fromPrisma,
  fromTypeOrm,
  type ClsTransactionHost,
  type SagaTransactions,
} from 'nestjs-saga-orchestrator/transactions';
import { DataSource } from 'typeorm';
import { PrismaClient } from './generated/postgresql/client/client.js';
import { prove } from './prove.js';
import type { Client } from './stand.js';

const DATABASE = Symbol('database');

interface Parts<Tx> {
  readonly database: unknown;
  /** Each of them has types of its own. */
  readonly adapter: object;
  of(client: never): SagaTransactions<Tx>;
  /** Through the host: nobody hands it the transaction. */
  order(tx: Tx, id: string): Promise<unknown>;
  close(): Promise<unknown>;
}

function onTopOf<Tx>({ database, adapter, of, order, close }: Parts<Tx>): Client<Tx> {
  @Module({ providers: [{ provide: DATABASE, useValue: database }], exports: [DATABASE] })
  class DatabaseModule {}
  const plugin = new ClsPluginTransactional({
    imports: [DatabaseModule as Type],
    adapter: adapter as never,
  });
  const host = (): TransactionHost<any> => TransactionHost.getInstance();
  return {
    imports: [ClsModule.forRoot({ plugins: [plugin] })],
    transactions: {
      inject: [TransactionHost],
      useFactory: (injected: ClsTransactionHost<Tx>) => fromCls(injected, of),
    },
    takesNoLevel: true,
    get database() {
      return host().tx;
    },
    order: (_, id) => order(host().tx as Tx, id),
    close,
  };
}

describe('nestjs-cls', () => {
  prove('on top of TypeORM', {
    postgres: async (url) => {
      const database = await new DataSource({ type: 'postgres', url }).initialize();
      return onTopOf({
        database,
        adapter: new TransactionalAdapterTypeOrm({ dataSourceToken: DATABASE }),
        of: fromTypeOrm,
        order: (tx, id) => tx.query('INSERT INTO orders (id) VALUES ($1)', [id]),
        close: () => database.destroy(),
      });
    },
  });

  prove('on top of Prisma', {
    postgres: async (connectionString) => {
      const database = new PrismaClient({ adapter: new PrismaPg({ connectionString }) });
      return onTopOf<PrismaClient>({
        database,
        adapter: new TransactionalAdapterPrisma({ prismaInjectionToken: DATABASE }),
        of: fromPrisma,
        order: (tx, id) => tx.order.create({ data: { id } }),
        close: () => database.$disconnect(),
      });
    },
  });

  prove('on top of Drizzle', {
    postgres: async (connectionString) => {
      const pool = new Pool({ connectionString });
      pool.on('connect', (client) => client.on('error', () => undefined));
      pool.on('error', () => undefined);
      const database = drizzle({ client: pool });
      return onTopOf<typeof database>({
        database,
        adapter: new TransactionalAdapterDrizzleOrm({ drizzleInstanceToken: DATABASE }),
        of: () => fromDrizzle(database as never, sql),
        order: (tx, id) => tx.execute(sql`INSERT INTO orders (id) VALUES (${id})`),
        close: () => pool.end(),
      });
    },
  });
});
