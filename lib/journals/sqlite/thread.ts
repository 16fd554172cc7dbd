import { Worker } from 'node:worker_threads';
import type { SagaJournalError } from '../../core/index.js';
import { journalFailure } from '../sql/index.js';
import type { Numbered, Request, Sent } from './messages.js';
import { revivedError } from './sent-error.js';
import type { StoreSettings } from './store-host.js';

interface Pending {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Of the flags that the application was started with, the thread gets only those that give it SQLite.
 */
const EXEC_ARGV = ['--experimental-sqlite'];

/** One worker thread: its requests, and what becomes of them when it ends. */
export class Thread {
  readonly #worker: Worker;
  readonly #pending = new Map<number, Pending>();
  #calls = 0;
  #end: SagaJournalError | undefined;
  #cause: Error | undefined;
  readonly #gone: Promise<void>;

  /** `onEnd` is called once, when it has ended for whatever reason, before anybody is told. */
  constructor(file: URL, settings: StoreSettings, onEnd: () => void) {
    this.#worker = new Worker(file, {
      name: 'saga-journal',
      workerData: settings,
      execArgv: process.execArgv.filter((arg) => EXEC_ARGV.includes(arg)),
    });
    this.#worker.on('message', (text: string) => this.#answer(text));
    this.#worker.on('error', (error) => (this.#cause = error));
    this.#gone = new Promise((resolve) => {
      this.#worker.on('exit', (code) => {
        onEnd();
        this.#fail(settings.description, code);
        resolve();
      });
    });
    // An idle thread does not keep the process alive; one that has not answered yet does.
    this.#worker.unref();
  }

  /** @throws SagaJournalError when the thread ends before it has answered. */
  ask(body: Request): Promise<unknown> {
    if (this.#end !== undefined) return Promise.reject(this.#end);
    return new Promise((resolve, reject) => {
      if (this.#pending.size === 0) this.#worker.ref();
      this.#calls += 1;
      this.#pending.set(this.#calls, { resolve, reject });
      const message: Numbered<Request> = { call: this.#calls, body };
      this.#worker.postMessage(JSON.stringify(message));
    });
  }

  /** Lets it finish what it was asked, and waits for its end. */
  async close(): Promise<void> {
    await this.ask({ kind: 'close' }).catch(() => undefined);
    this.#worker.ref();
    await this.#gone;
  }

  #answer(text: string): void {
    const { call, body } = JSON.parse(text) as Numbered<Sent<unknown>>;
    const pending = this.#pending.get(call);
    this.#pending.delete(call);
    if (this.#pending.size === 0) this.#worker.unref();
    if ('error' in body) pending?.reject(revivedError(body.error));
    else pending?.resolve(body.value);
  }

  #fail(description: string, code: number): void {
    const what = `has lost its worker thread (exit code ${code}); the next call starts another one`;
    this.#end = journalFailure(description, what, this.#cause);
    for (const { reject } of this.#pending.values()) reject(this.#end);
    this.#pending.clear();
  }
}
