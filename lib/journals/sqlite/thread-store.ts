import type { Outcome } from '../sql/index.js';
import { receivedOutcome, type Sent } from './messages.js';
import type { Read, ReadResults, Write, WriteResults } from './operations.js';
import type { StoreHost, StoreSettings } from './store-host.js';
import { Thread } from './thread.js';
import { workerFile } from './worker-file.js';

type Result = WriteResults[keyof WriteResults];

/** The store in a worker thread. One that died is followed by another with the next call. */
export class ThreadStore implements StoreHost {
  #thread: Promise<Thread> | undefined;
  /** The file that its threads have opened; one after another must find the same. */
  #file: string | undefined;

  constructor(private readonly settings: StoreSettings) {}

  async open(): Promise<void> {
    await this.#running();
  }

  async commit(writes: readonly Write[]): Promise<readonly Outcome<Result>[]> {
    const thread = await this.#running();
    const sent = (await thread.ask({ kind: 'commit', writes })) as readonly Sent<Result>[];
    return sent.map(receivedOutcome);
  }

  async isBusy(): Promise<boolean> {
    const thread = await this.#running();
    return (await thread.ask({ kind: 'is-busy' })) as boolean;
  }

  async read(read: Read): Promise<ReadResults[keyof ReadResults]> {
    const thread = await this.#running();
    return await thread.ask({ kind: 'read', read });
  }

  async close(): Promise<void> {
    const thread = await this.#thread?.catch(() => undefined);
    await thread?.close();
    this.#file = undefined;
  }

  #running(): Promise<Thread> {
    if (this.#thread !== undefined) return this.#thread;
    const starting = this.#start();
    this.#thread = starting;
    starting.catch(() => {
      if (this.#thread === starting) this.#thread = undefined;
    });
    return starting;
  }

  async #start(): Promise<Thread> {
    const thread = new Thread(workerFile(), this.settings, () => (this.#thread = undefined));
    try {
      this.#file = (await thread.ask({ kind: 'open', known: this.#file })) as string | undefined;
      return thread;
    } catch (error) {
      await thread.close();
      throw error;
    }
  }
}
