// Transactions of the application's own, for sagas that start in them: one adapter per client.

export { fromPg, type PgTransactionClient, type PgTransactionPool } from './pg.js';
export { fromSqlite, type SqliteTransactionDatabase } from './sqlite.js';
export { fromTypeOrm, type TypeOrmDataSource, type TypeOrmEntityManager } from './type-orm.js';
export {
  fromPrisma,
  type PrismaDatabase,
  type PrismaTransactionClient,
  type PrismaTransactionOptions,
} from './prisma.js';
export {
  fromDrizzle,
  type DrizzleDatabase,
  type DrizzleSql,
  type DrizzleTransaction,
} from './drizzle.js';
export {
  fromKysely,
  type KyselyDatabase,
  type KyselyTransaction,
  type KyselyTransactionBuilder,
} from './kysely.js';
export { fromKnex, type KnexDatabase, type KnexTransaction } from './knex.js';
export { fromMikroOrm, type MikroOrm, type MikroOrmEntityManager } from './mikro-orm.js';

// On top of any of these
export { fromCls, type ClsTransactionHost } from './cls.js';

// What an adapter of yours must be able to do
export type {
  SagaTransaction,
  SagaTransactions,
  TransactionIsolation,
  TransactionOptions,
} from '../core/index.js';
