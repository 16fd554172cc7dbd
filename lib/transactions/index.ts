// Transactions of the application's own, for sagas that start in them: one adapter per client.

export { fromPg, type PgTransactionClient, type PgTransactionPool } from './pg.js';
export { fromSqlite, type SqliteTransactionDatabase } from './sqlite.js';

// What an adapter of yours must be able to do
export type { SagaTransaction, SagaTransactions } from '../core/index.js';
