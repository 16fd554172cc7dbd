import type { StoreConfig } from '../stores.js';

/** The tables of a journal, past the library. */
export interface RawStore {
  readonly sagas: string;
  readonly appends: string;
  run(sql: string): Promise<void>;
  all(sql: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
  close(): Promise<void>;
}

export async function rawStore(config: StoreConfig): Promise<RawStore> {
  if (config.kind === 'sqlite') {
    const { default: Database } = await import('libsql');
    const database = new Database(config.file, { timeout: 20_000 });
    return {
      sagas: 'sagas',
      appends: 'saga_appends',
      run: async (sql) => void database.exec(sql),
      all: async (sql) => database.prepare(sql).all() as Record<string, unknown>[],
      close: async () => void database.close(),
    };
  }
  const { Client } = await import('pg');
  const client = new Client({ connectionString: config.connectionString });
  await client.connect();
  return {
    sagas: `"${config.schema}".sagas`,
    appends: `"${config.schema}".saga_appends`,
    run: async (sql) => void (await client.query(sql)),
    all: async (sql) => (await client.query(sql)).rows as Record<string, unknown>[],
    close: () => client.end(),
  };
}
