import type { Outcome } from '../sql/index.js';
import { journalFailure } from '../sql/index.js';
import { retryWhileBusy } from './database.js';
import type { SqliteDriver } from './driver.js';
import { changedFile, identityOf } from './file-watch.js';
import { createFile } from './files.js';
import { findDriver } from './find-driver.js';
import type { Read, ReadResults, Write, WriteResults } from './operations.js';
import type { StoreHost, StoreSettings } from './store-host.js';
import { SqliteStore } from './store.js';

/** The store in the thread that it is made in, which stands still while the disk syncs. */
export class LocalStore implements StoreHost {
  #store: SqliteStore | undefined;

  constructor(
    private readonly settings: StoreSettings,
    private readonly driver?: SqliteDriver,
  ) {}

  /** `known`: the file that was opened before, and must not be made anew. Answers which it is. */
  async open(known?: string): Promise<string | undefined> {
    const driver = this.driver ?? (await findDriver());
    const { file, fileMode, description, busyTimeoutMs, migrate } = this.settings;
    if (known !== undefined && identityOf(file) !== known) throw changedFile(description, file);
    if (migrate === 'auto') createFile(file, fileMode);
    else if (identityOf(file) === undefined) throw journalFailure(description, 'is not there');
    const store = new SqliteStore(driver, this.settings);
    try {
      await retryWhileBusy(busyTimeoutMs, () => store.prepare());
    } catch (error) {
      store.close();
      throw error;
    }
    this.#store = store;
    return identityOf(file);
  }

  commit(writes: readonly Write[]): Promise<readonly Outcome<WriteResults[keyof WriteResults]>[]> {
    return this.#patiently((store) => store.commit(writes));
  }

  async isBusy(): Promise<boolean> {
    if (this.#store === undefined) throw journalFailure(this.settings.description, 'is closed');
    return this.#store.isBusy();
  }

  read(read: Read): Promise<ReadResults[keyof ReadResults]> {
    return this.#patiently((store) => store.read(read));
  }

  async close(): Promise<void> {
    this.#store?.close();
    this.#store = undefined;
  }

  #patiently<T>(work: (store: SqliteStore) => T): Promise<T> {
    const { busyTimeoutMs, description } = this.settings;
    return retryWhileBusy(busyTimeoutMs, () => {
      if (this.#store !== undefined) return work(this.#store);
      throw journalFailure(description, 'is closed');
    });
  }
}
