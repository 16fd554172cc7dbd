import BetterSqlite3 from 'better-sqlite3';
import knex, { type Knex } from 'knex';
import { fromKnex } from 'nestjs-saga-orchestrator/transactions';
import { prove } from './prove.js';
import type { Client } from './stand.js';

async function open(config: Knex.Config): Promise<Client<Knex.Transaction>> {
  const db = knex(config);
  return {
    transactions: { useFactory: () => fromKnex(db) },
    database: db,
    order: async (trx, id) => trx('orders').insert({ id }),
    close: () => db.destroy(),
  };
}

prove('Knex', {
  postgres: (connection) => open({ client: 'pg', connection }),
  sqlite: [
    BetterSqlite3,
    (filename) =>
      open({ client: 'better-sqlite3', connection: { filename }, useNullAsDefault: true }),
  ],
});
