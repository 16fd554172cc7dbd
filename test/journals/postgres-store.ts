import { Client } from 'pg';
import { postgresJournal, type PostgresJournalOptions } from 'nestjs-saga-orchestrator/postgres';
import type { Journal } from 'nestjs-saga-orchestrator/core';
import type { JournalContractCase, JournalHarness } from 'nestjs-saga-orchestrator/testing';
import { startOnce, type PostgresServer } from '../support/postgres-server.js';

/** Is told of each schema that is new, before a journal opens it. */
type Prepare = (schema: string) => Promise<unknown>;

/** A server for the tests of a file and of those after it, with a schema of its own for whoever asks. */
export interface PostgresStore {
  readonly server: PostgresServer;
  /** A schema that nobody else uses, gone when the file ends. */
  schema(): string;
  /**
   * A schema without rows, to be used until the test ends: making its tables takes the server longer than most
   * tests do. All of a file are prepared alike.
   */
  emptySchema(prepare?: Prepare): Promise<string>;
  /** For one case of the contract, in a schema that is emptied where the case can do with that. */
  harness(
    needs?: Pick<JournalContractCase, 'needsNewStore'>,
    prepare?: Prepare,
  ): Promise<JournalHarness & { readonly schema: string }>;
  /** An opened journal, closed when the test ends. */
  opened(options: Partial<PostgresJournalOptions>): Promise<Journal>;
  /** Closes it when the test ends. */
  closing<T extends { close(): Promise<unknown> }>(it: T): T;
  /** Rows of a query, as the owner of the database. */
  query(text: string, values?: readonly unknown[]): Promise<readonly Record<string, any>[]>;
}

/** Deletes all rows of the schema `?`, but keeps the version of its tables. */
const EMPTY = `DO $$ DECLARE t text; BEGIN
  FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = '?' AND tablename <> 'saga_schema' LOOP
    EXECUTE format('DELETE FROM %I.%I', '?', t);
  END LOOP;
END $$`;

/** To be called where a spec file describes its tests. */
export function postgresStore(settings: readonly string[] = []): PostgresStore {
  let server: PostgresServer | undefined;
  const prefix = `test_${process.pid}_${Math.random().toString(36).slice(2, 8)}`;
  let made = 0;
  const open = new Set<{ close(): Promise<unknown> }>();
  const lent: string[] = [];
  const empty: string[] = [];
  const madeSchema = async (prepare?: Prepare): Promise<string> => {
    const schema = store.schema();
    await prepare?.(schema);
    return schema;
  };

  beforeAll(async () => {
    server = await startOnce(settings);
  });
  afterEach(async () => {
    for (const it of open) await it.close();
    open.clear();
    for (const schema of lent.splice(0)) {
      await store.query(EMPTY.replaceAll('?', schema));
      empty.push(schema);
    }
  });
  afterAll(async () => {
    const own = 'SELECT nspname FROM pg_namespace WHERE starts_with(nspname, $1)';
    for (const { nspname } of await store.query(own, [prefix])) {
      await store.query(`DROP SCHEMA "${nspname}" CASCADE`);
    }
  });

  const store: PostgresStore = {
    get server() {
      if (server === undefined) throw new Error('the server has not started');
      return server;
    },
    schema: () => `${prefix}_${(made += 1)}`,
    async emptySchema(prepare) {
      const schema = empty.pop() ?? (await madeSchema(prepare));
      lent.push(schema);
      return schema;
    },
    async harness({ needsNewStore } = {}, prepare) {
      const schema = await (needsNewStore === true ? madeSchema : store.emptySchema)(prepare);
      return {
        schema,
        journal: () => postgresJournal({ connectionString: store.server.url, schema }),
        // The server's clock decides: it is waited for.
        pass: (ms) => new Promise((resolve) => setTimeout(resolve, ms + 2)),
        dispose: () => Promise.resolve(),
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
