import type { Outcome } from '../sql/index.js';
import type { Read, ReadResults, Write, WriteResults } from './operations.js';

/** What the store needs to know; plain data. */
export interface StoreSettings {
  readonly file: string;
  readonly synchronous: 'full' | 'normal';
  readonly busyTimeoutMs: number;
  readonly fileMode: number;
  /** `off`: the file and its schema must be there. */
  readonly migrate: 'auto' | 'off';
  /** For error texts: 'sqlite data/sagas.db'. */
  readonly description: string;
}

/** Carries out what the journal asks of its file, in this thread or in another one. */
export interface StoreHost {
  /** Opens the file, sets it up for durability and migrates it. May be tried again. */
  open(): Promise<unknown>;
  /** One transaction: see `SqliteStore.commit`. */
  commit(writes: readonly Write[]): Promise<readonly Outcome<WriteResults[keyof WriteResults]>[]>;
  /** Whether anybody is writing to the file; does not wait. */
  isBusy(): Promise<boolean>;
  read(read: Read): Promise<ReadResults[keyof ReadResults]>;
  /** Waits for what was asked, then frees everything. */
  close(): Promise<void>;
}
