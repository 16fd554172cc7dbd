import { join } from 'node:path';
import type { Journal } from 'nestjs-saga-orchestrator/core';
import { sqliteJournal } from 'nestjs-saga-orchestrator/sqlite';

/** Where sagas are kept, as data: a child process gets it on its command line. */
export type StoreConfig =
  | { readonly kind: 'sqlite'; readonly file: string }
  | { readonly kind: 'postgres'; readonly connectionString: string; readonly schema: string };

export function openJournal(config: StoreConfig): Journal {
  switch (config.kind) {
    case 'sqlite':
      return sqliteJournal({ file: config.file });
    case 'postgres':
      throw new Error('not yet');
  }
}

/** A kind of store that sagas are tested on. */
export interface StoreKind {
  readonly name: string;
  /** A store of its own for every purpose. */
  config(directory: string, purpose: string): StoreConfig;
}

export const sqlite: StoreKind = {
  name: 'sqlite',
  config: (directory, purpose) => ({ kind: 'sqlite', file: join(directory, `${purpose}.db`) }),
};

export function postgres(connectionString: string): StoreKind {
  const run = Date.now().toString(36);
  return {
    name: 'postgres',
    config: (_, purpose) => ({
      kind: 'postgres',
      connectionString,
      schema: `crash_${run}_${purpose.replaceAll('-', '_')}`,
    }),
  };
}
