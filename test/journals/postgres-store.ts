import { Client } from 'pg';
import { postgresJournal, type PostgresJournalOptions } from 'nestjs-saga-orchestrator/postgres';
import type { Journal } from 'nestjs-saga-orchestrator/core';
import type { JournalHarness } from 'nestjs-saga-orchestrator/testing';
import { start, type PostgresServer } from '../support/postgres-server.js';

/** One server for the tests of a file, with a schema of its own for whoever asks. */
export interface PostgresStore {
  readonly server: PostgresServer;
  /** A schema that nobody else uses, gone when the file ends. */
  schema(): string;
  harness(): JournalHarness;
  /** An opened journal, closed when the test ends. */
  opened(options: Partial<PostgresJournalOptions>): Promise<Journal>;
  /** Closes it when the test ends. */
  closing<T extends { close(): Promise<unknown> }>(it: T): T;
  /** Rows of a query, as the owner of the database. */
  query(text: string, values?: readonly unknown[]): Promise<readonly Record<string, any>[]>;
}

/** To be called where a spec file describes its tests. */
export function postgresStore(settings: readonly string[] = []): PostgresStore {
  let server: PostgresServer | undefined;
  const prefix = `test_${process.pid}_${Math.random().toString(36).slice(2, 8)}`;
  let made = 0;
  const open = new Set<{ close(): Promise<unknown> }>();

  beforeAll(async () => {
    server = await start(settings);
  });
  afterEach(async () => {
    for (const it of open) await it.close();
    open.clear();
  });
  afterAll(async () => {
    const own = 'SELECT nspname FROM pg_namespace WHERE starts_with(nspname, $1)';
    for (const { nspname } of await store.query(own, [prefix])) {
      await store.query(`DROP SCHEMA "${nspname}" CASCADE`);
    }
    await server?.stop();
  });

  const store: PostgresStore = {
    get server() {
      if (server === undefined) throw new Error('the server has not started');
      return server;
    },
    schema: () => `${prefix}_${(made += 1)}`,
    harness() {
      const schema = store.schema();
      return {
        journal: () => postgresJournal({ connectionString: store.server.url, schema }),
        // The server's clock decides: it is waited for.
        pass: (ms) => new Promise((resolve) => setTimeout(resolve, ms + 2)),
        dispose: async () => void (await store.query(`DROP SCHEMA IF EXISTS "${schema}" CASCADE`)),
      };
    },
    async opened(options) {
      const source = options.pool === undefined ? { connectionString: store.server.url } : {};
      const journal = store.closing(postgresJournal({ ...source, ...options }));
      await journal.open();
      return journal;
    },
    closing(it) {
      open.add(it);
      return it;
    },
    async query(text, values = []) {
      const client = new Client({ connectionString: store.server.url });
      client.on('error', () => undefined);
      await client.connect();
      try {
        return (await client.query(text, [...values])).rows;
      } finally {
        await client.end();
      }
    },
  };
  return store;
}
