import type { InsightReads } from '../../core/index.js';
import type { SqliteDriver } from './driver.js';
import { LocalStore } from './local-store.js';
import type { StoreHost, StoreSettings } from './store-host.js';
import { ThreadStore } from './thread-store.js';
import { hasWorkerFile } from './worker-file.js';

/**
 * The store that answers an overview, opened when it is first asked. In a worker thread, so that a question
 * that takes long holds up no saga. In this one with a driver that was handed in, which no thread can be
 * given (two libraries on one file would corrupt it), and where a bundle has left the thread's program out.
 */
export class InsightHost {
  readonly #store: StoreHost;
  #opened: Promise<unknown> | undefined;

  constructor(settings: StoreSettings, driver: SqliteDriver | undefined) {
    const inThread = driver === undefined && hasWorkerFile();
    this.#store = inThread ? new ThreadStore(settings) : new LocalStore(settings, driver);
  }

  async read(ask: keyof InsightReads, read: unknown): Promise<unknown> {
    await (this.#opened ??= this.#open());
    return this.#store.read({ kind: 'insight', ask, read });
  }

  /** May be asked again after it. */
  async close(): Promise<void> {
    const opened = this.#opened;
    this.#opened = undefined;
    if (opened === undefined) return;
    await opened.catch(() => undefined);
    await this.#store.close();
  }

  #open(): Promise<unknown> {
    const opening = this.#store.open();
    opening.catch(() => (this.#opened = undefined));
    return opening;
  }
}
