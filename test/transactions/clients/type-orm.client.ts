import BetterSqlite3 from 'better-sqlite3';
import { fromTypeOrm } from 'nestjs-saga-orchestrator/transactions';
import {
  DataSource,
  Entity,
  type EntityManager,
  PrimaryColumn,
  type DataSourceOptions,
} from 'typeorm';
import { prove } from './prove.js';
import type { Client } from './stand.js';

@Entity('orders')
export class OrderEntity {
  @PrimaryColumn('text')
  id!: string;
}

export async function openTypeOrm(options: DataSourceOptions): Promise<Client<EntityManager>> {
  const dataSource = await new DataSource({ ...options, entities: [OrderEntity] }).initialize();
  return {
    transactions: { useFactory: () => fromTypeOrm(dataSource) },
    database: dataSource.manager,
    order: (tx, id) => tx.insert(OrderEntity, { id }),
    close: () => dataSource.destroy(),
  };
}

prove('TypeORM', {
  postgres: (url) => openTypeOrm({ type: 'postgres', url }),
  sqlite: [
    BetterSqlite3,
    (database) => openTypeOrm({ type: 'better-sqlite3', database, driver: BetterSqlite3 }),
  ],
});
