import type { StoreConfig } from '../stores.js';
import type { Accounts } from './accounts.js';

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

/** How a worker ends whose server was away when it started. */
export const NOT_STARTED = 75;
