import type { SagaTransaction, SagaTransactions, TransactionIsolation } from '../core/index.js';
import { rowsOf } from './rows.js';

/** The part of Prisma's transaction client that is used. */
export interface PrismaTransactionClient {
  $queryRawUnsafe(sql: string, ...values: unknown[]): PromiseLike<unknown>;
}

/** The part of a `PrismaClient` that is used. */
export interface PrismaDatabase<Client extends PrismaTransactionClient> {
  $transaction<T>(work: (client: Client) => Promise<T>, options?: object): Promise<T>;
}

/** What Prisma takes for each of its transactions. */
export interface PrismaTransactionOptions {
  /** How long one may last, in ms: Prisma rolls back what takes longer. @default 5_000, Prisma's own */
  readonly timeout?: number;
  /** How long one waits for a connection, in ms. @default 2_000, Prisma's own */
  readonly maxWait?: number;
  /** @default the database's own */
  readonly isolationLevel?: 'ReadUncommitted' | 'ReadCommitted' | 'RepeatableRead' | 'Serializable';
}

const LEVELS = {
  'read committed': 'ReadCommitted',
  'repeatable read': 'RepeatableRead',
  serializable: 'Serializable',
} as const satisfies Readonly<Record<TransactionIsolation, string>>;

/**
 * Transactions of Prisma 6 and 7: `{ transaction: tx }` takes what `prisma.$transaction()` gives its callback.
 * `options` are those of the transactions that `run` begins.
 */
export function fromPrisma<Client extends PrismaTransactionClient>(
  prisma: PrismaDatabase<Client>,
  options: PrismaTransactionOptions = {},
): SagaTransactions<Client> {
  return {
    timeoutMs: options.timeout ?? 5_000,
    use: (tx): SagaTransaction => ({
      query: async (sql, params) => rowsOf(await tx.$queryRawUnsafe(sql, ...params)),
    }),
    run: (work, { isolation } = {}) => {
      const level = isolation === undefined ? {} : { isolationLevel: LEVELS[isolation] };
      return prisma.$transaction(work, { ...options, ...level });
    },
  };
}
