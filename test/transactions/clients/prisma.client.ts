import { PrismaBetterSqlite3 } from '@prisma/adapter-better-sqlite3';
import { PrismaPg } from '@prisma/adapter-pg';
import BetterSqlite3 from 'better-sqlite3';
import { fromPrisma } from 'nestjs-saga-orchestrator/transactions';
import { type Prisma, PrismaClient } from './generated/postgresql/client/client.js';
import { PrismaClient as SqliteClient } from './generated/sqlite/client/client.js';
import { prove } from './prove.js';
import type { Client } from './stand.js';

async function onPostgres(connectionString: string): Promise<Client<Prisma.TransactionClient>> {
  const prisma = new PrismaClient({ adapter: new PrismaPg({ connectionString }) });
  return {
    transactions: { useFactory: () => fromPrisma(prisma) },
    database: prisma,
    order: (tx, id) => tx.order.create({ data: { id } }),
    close: () => prisma.$disconnect(),
  };
}

async function onSqlite(file: string): Promise<Client> {
  const prisma = new SqliteClient({ adapter: new PrismaBetterSqlite3({ url: `file:${file}` }) });
  return {
    transactions: { useFactory: () => fromPrisma(prisma) },
    database: prisma,
    order: (tx, id) => tx.order.create({ data: { id } }),
    close: () => prisma.$disconnect(),
  };
}

prove('Prisma 7', {
  postgres: onPostgres,
  sqlite: [BetterSqlite3, onSqlite],
});
