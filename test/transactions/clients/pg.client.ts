import { Pool, type PoolClient } from 'pg';
import { fromPg } from 'nestjs-saga-orchestrator/transactions';
import { prove } from './prove.js';
import type { Client } from './stand.js';

async function open(connectionString: string): Promise<Client<PoolClient>> {
  const pool = new Pool({ connectionString });
  return {
    transactions: { useFactory: () => fromPg(pool) },
    lendsConnections: true,
    database: pool,
    order: (client, id) => client.query('INSERT INTO orders (id) VALUES ($1)', [id]),
    close: () => pool.end(),
  };
}

prove('pg', { postgres: open });
