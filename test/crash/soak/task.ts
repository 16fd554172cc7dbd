import type { Journal } from 'nestjs-saga-orchestrator/core';
import { openJournal, type StoreConfig } from '../stores.js';
import type { Accounts, Movement } from './accounts.js';
import type { PostgresAccounts } from './postgres-accounts.js';

/** What a worker gets on its command line. */
export interface WorkerTask {
  readonly store: StoreConfig;
  readonly accounts: StoreConfig;
  readonly leaseMs: number;
  /** The file where all workers note what they see. */
  readonly witness: string;
  /** From 1. */
  readonly worker: number;
  /** The name of what is broken on purpose. */
  readonly twin?: string;
  /** The steps and the journal share one pool of connections, and the steps keep them all busy. */
  readonly isShared?: true;
  /** @default MAX_RECOVERIES */
  readonly maxRecoveries?: number;
}

export async function openAccounts(config: StoreConfig): Promise<Accounts> {
  switch (config.kind) {
    case 'sqlite': {
      const { SqliteAccounts } = await import('./sqlite-accounts.js');
      return new SqliteAccounts(config.file);
    }
    case 'postgres': {
      const { PostgresAccounts } = await import('./postgres-accounts.js');
      return new PostgresAccounts(config.connectionString, config.schema);
    }
  }
}

/** One pool for both, of the size that pg gives it, where they are to share it. */
export async function openStores(
  task: WorkerTask,
): Promise<{ readonly bank: Accounts; readonly store: Journal }> {
  const { store, accounts, isShared } = task;
  if (isShared === undefined || store.kind !== 'postgres' || accounts.kind !== 'postgres') {
    return { bank: await openAccounts(accounts), store: await openJournal(store) };
  }
  const { PostgresAccounts } = await import('./postgres-accounts.js');
  const { postgresJournal } = await import('nestjs-saga-orchestrator/postgres');
  const bank = new PostgresAccounts(accounts.connectionString, accounts.schema, 10);
  return { bank: slow(bank), store: postgresJournal({ pool: bank.pool, schema: store.schema }) };
}

/** Every movement keeps a connection busy for a while. */
function slow(bank: PostgresAccounts): Accounts {
  const move = bank.move.bind(bank);
  return Object.assign(bank, {
    move: async (movement: Movement) => {
      await bank.pool.query('SELECT pg_sleep(0.2)');
      await move(movement);
    },
  });
}

/** How a worker ends whose server was away when it started. */
export const NOT_STARTED = 75;
