import { join } from 'node:path';
import type { Journal } from 'nestjs-saga-orchestrator/core';

/** Where sagas are kept, as data: a child process gets it on its command line. */
export type StoreConfig =
  | { readonly kind: 'sqlite'; readonly file: string; readonly thread?: 'worker' }
  | { readonly kind: 'postgres'; readonly connectionString: string; readonly schema: string };

/**
 * Only the driver that is needed is loaded: a sweep starts many processes.
 *
 * @param beside `libsql`: what opens the file in the same process.
 */
export async function openJournal(config: StoreConfig, beside?: 'libsql'): Promise<Journal> {
  switch (config.kind) {
    case 'sqlite': {
      const { libsql, sqliteJournal } = await import('nestjs-saga-orchestrator/sqlite');
      if (beside === 'libsql') {
        const { default: Database } = await import('libsql');
        return sqliteJournal({ file: config.file, driver: libsql(Database) });
      }
      return sqliteJournal({ file: config.file, thread: config.thread ?? 'main' });
    }
    case 'postgres': {
      const { postgresJournal } = await import('nestjs-saga-orchestrator/postgres');
      const { connectionString, schema } = config;
      return postgresJournal({ connectionString, schema });
    }
  }
}

/** A kind of store that sagas are tested on. */
export interface StoreKind {
  readonly name: string;
  /** A store that nobody else uses; it is made when it is first opened. */
  config(directory: string, purpose: string): StoreConfig;
}

export const sqlite: StoreKind = {
  name: 'sqlite',
  config: (directory, purpose) => ({ kind: 'sqlite', file: join(directory, `${purpose}.db`) }),
};

/** The same in a worker thread. */
export const sqliteThread: StoreKind = {
  name: 'sqlite-thread',
  config: (directory, purpose) =>
    ({ ...sqlite.config(directory, purpose), thread: 'worker' }) as StoreConfig,
};

export function postgres(connectionString: string): StoreKind {
  const run = `crash_${Date.now().toString(36)}`;
  return {
    name: 'postgres',
    config: (_, purpose) => ({
      kind: 'postgres',
      connectionString,
      schema: `${run}_${purpose.replaceAll('-', '_')}`,
    }),
  };
}
