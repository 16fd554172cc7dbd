import { PrismaLibSQL } from '@prisma/adapter-libsql';
import { PrismaPg } from '@prisma/adapter-pg';
import Libsql from 'libsql';
import { fromPrisma } from 'nestjs-saga-orchestrator/transactions';
import { prove } from '../prove.js';
import type { Client } from '../stand.js';
import { type Prisma, PrismaClient } from './generated/postgresql/client/index.js';
import { PrismaClient as SqliteClient } from './generated/sqlite/client/index.js';

/** Version 6 does not return a connection whose session the server has ended, and waits for it. */
const disconnected = (prisma: { $disconnect(): Promise<void> }) =>
  Promise.race([prisma.$disconnect(), new Promise((resolve) => setTimeout(resolve, 500))]);

async function onPostgres(connectionString: string): Promise<Client<Prisma.TransactionClient>> {
  const prisma = new PrismaClient({ adapter: new PrismaPg({ connectionString }) });
  return {
    transactions: { useFactory: () => fromPrisma(prisma) },
    database: prisma,
    order: (tx, id) => tx.order.create({ data: { id } }),
    close: () => disconnected(prisma),
  };
}

async function onSqlite(file: string): Promise<Client> {
  const prisma = new SqliteClient({ adapter: new PrismaLibSQL({ url: `file:${file}` }) });
  return {
    transactions: { useFactory: () => fromPrisma(prisma) },
    database: prisma,
    order: (tx, id) => tx.order.create({ data: { id } }),
    close: () => prisma.$disconnect(),
  };
}

prove('Prisma 6', {
  postgres: onPostgres,
  sqlite: [Libsql, onSqlite],
});
