import { EntitySchema } from '@mikro-orm/core';
import { MikroORM as LibSqlMikroORM } from '@mikro-orm/libsql';
import { MikroORM, type SqlEntityManager } from '@mikro-orm/postgresql';
import Libsql from 'libsql';
import { fromMikroOrm } from 'nestjs-saga-orchestrator/transactions';
import { prove } from './prove.js';
import type { Client } from './stand.js';

class Order {
  constructor(readonly id: string) {}
}

const OrderSchema = new EntitySchema<Order>({
  class: Order,
  tableName: 'orders',
  properties: { id: { type: 'string', primary: true } },
});

interface Orm {
  readonly em: SqlEntityManager;
  close(): Promise<void>;
}

function clientOf(orm: Orm): Client<SqlEntityManager> {
  return {
    transactions: { useFactory: () => fromMikroOrm(orm) },
    database: orm.em.fork(),
    order: (em, id) => em.insert(Order, { id }),
    close: () => orm.close(),
  };
}

const common = { entities: [OrderSchema], discovery: { warnWhenNoEntities: false } };

prove('MikroORM', {
  postgres: async (clientUrl) => clientOf(await MikroORM.init({ ...common, clientUrl })),
  sqlite: [Libsql, async (dbName) => clientOf(await LibSqlMikroORM.init({ ...common, dbName }))],
});
