import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import * as server from '../support/postgres-server.js';
import { postgres, sqlite, sqliteThread, type StoreConfig, type StoreKind } from './stores.js';
import type { Ground } from './sweep.js';

/** Long, so that a busy machine does not end what lives. */
const LEASE_MS = 5_000;

/** The stores there are, and room on them. */
export interface Grounds {
  readonly kinds: readonly StoreKind[];
  readonly postgres: server.PostgresServer;
  /** An empty store, and a folder beside it. */
  ground(kind: StoreKind, leaseMs?: number): Ground;
}

async function drop(schemas: readonly string[], connectionString: string): Promise<void> {
  const client = new Client({ connectionString });
  await client.connect();
  for (const schema of schemas) await client.query(`DROP SCHEMA IF EXISTS "${schema}" CASCADE`);
  await client.end();
}

/** Makes stores for a test, and removes them afterwards, also when it fails. */
export async function onGrounds(test: (grounds: Grounds) => Promise<void>): Promise<void> {
  const root = mkdtempSync(join(tmpdir(), 'saga-crash-'));
  // Also when it is interrupted.
  process.on('exit', () => rmSync(root, { recursive: true, force: true }));
  const own = await server.start();
  const made: StoreConfig[] = [];
  const ground = (kind: StoreKind, leaseMs = LEASE_MS): Ground => {
    const directory = mkdtempSync(join(root, `${kind.name}-`));
    const store = kind.config(directory, `journal-${made.length + 1}`);
    made.push(store);
    return { directory, store, leaseMs };
  };
  try {
    await test({ kinds: [sqlite, postgres(own.url), sqliteThread], postgres: own, ground });
    await drop(
      made.flatMap((store) => (store.kind === 'postgres' ? store.schema : [])),
      own.url,
    );
  } finally {
    await own.stop();
  }
}
