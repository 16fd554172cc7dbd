import {
  type Clock,
  isSagaError,
  type SagaDefinition,
  type SagaHandle,
  SagaInterruptedError,
  type SagaRef,
} from '../../core/index.js';
import { executionException, fullMessageOf, type Run } from '../../core/engine/index.js';
import type { EndRequest } from './end-request.js';
import { viewRun, type RunParts } from './restate-run.js';
import type { ActiveRuns } from './active-runs.js';
import type { RestateServer } from './server.js';
import type { KeptSaga, Store } from './store.js';
import { entriesOf, LISTED, type ListedState } from './wire.js';
import { sqlText } from './server.js';

export interface WaiterParts {
  readonly runs: RunParts;
  readonly server: RestateServer;
  readonly store: Store;
  readonly activeRuns: ActiveRuns;
  readonly clock: Clock;
  readonly patienceMs: number;
  readonly closing: Closing;
}

/** Tells callers who wait that this process shuts down. */
export class Closing extends Set<() => void> {
  isClosed = false;

  close(): void {
    this.isClosed = true;
    for (const stop of this) stop();
  }
}

/** How often the server is asked whether a saga was parked by another process, in ms. */
const FIRST_LOOK_MS = 2_000;
const LAST_LOOK_MS = 15_000;
const FIRST_RETRY_MS = 100;
const LAST_RETRY_MS = 2_000;

/** Waits for the end of one saga: its workflow answers, unless the saga is parked. */
export class ResultWaiter {
  #seen: Run | undefined;
  #ended: Promise<Run> | undefined;

  constructor(
    private readonly parts: WaiterParts,
    private readonly ref: SagaRef,
    private readonly definition: SagaDefinition,
    private readonly input: string,
    /** Asks for the end of the saga: the first time, and again after it was cut off. */
    private readonly request: EndRequest = (signal) => parts.server.awaitEnd(ref, signal),
  ) {}

  get handle(): SagaHandle {
    const seen = (): Run | undefined => this.#seen;
    return {
      id: this.ref.id,
      get saga() {
        return seen() as Run;
      },
      result: () => this.result(),
    };
  }

  /** @throws SagaExecutionException, SagaInterruptedError */
  result(): Promise<Run> {
    return (this.#ended ??= this.#wait());
  }

  async #wait(): Promise<Run> {
    if (this.parts.closing.isClosed) throw this.#interrupted('shutting down');
    const abort = new AbortController();
    const stop = (): void => abort.abort();
    this.parts.closing.add(stop);
    try {
      const answer = this.#answer(abort.signal);
      const parked = this.#parked(abort.signal);
      // The signal ends whichever loses the race.
      answer.catch(() => undefined);
      parked.catch(() => undefined);
      const run = (this.#seen = await Promise.race([answer, parked]));
      if (run.isSuccess) return run;
      throw executionException(run);
    } finally {
      this.parts.closing.delete(stop);
      abort.abort();
    }
  }

  /** Asks again when the connection breaks: the saga goes on, whichever side has failed. */
  async #answer(signal: AbortSignal): Promise<Run> {
    const { clock, closing, patienceMs } = this.parts;
    let lastHeard = clock.monotonic();
    for (let tries = 0; ; tries += 1) {
      const asked = clock.monotonic();
      try {
        return this.#view(entriesOf(await this.request(signal, tries)));
      } catch (error) {
        if (closing.isClosed) throw this.#interrupted('shutting down', error);
        // It was found parked meanwhile. To ask again could start it anew, once it was forgotten.
        if (signal.aborted) throw error;
        if (isSagaError(error, 'SAGA_NOT_FOUND')) return this.#gone(error);
        if (!isSagaError(error, 'SAGA_JOURNAL')) throw error;
        // It was cut off in the middle: until then the server was there.
        if (clock.monotonic() - asked > LAST_RETRY_MS) lastHeard = clock.monotonic();
        if (clock.monotonic() - lastHeard >= patienceMs) {
          throw this.#interrupted(fullMessageOf(error), error);
        }
      }
      const pauseMs = Math.min(FIRST_RETRY_MS * 2 ** tries, LAST_RETRY_MS);
      await pause(clock, pauseMs, signal);
    }
  }

  /** Its workflow was killed, which its journal shows, or is kept no longer. */
  async #gone(error: unknown): Promise<Run> {
    const kept = await this.parts.store.load(this.ref);
    if (kept?.row.status !== 'parked') throw error;
    return this.#view(kept.entries);
  }

  /** Resolves when the saga is parked; never when it is not. */
  async #parked(signal: AbortSignal): Promise<Run> {
    for (let lookMs = FIRST_LOOK_MS; ; lookMs = Math.min(lookMs * 2, LAST_LOOK_MS)) {
      const here = await this.#told(lookMs, signal);
      if (signal.aborted) return new Promise(() => undefined);
      const look = here ? this.parts.store.load(this.ref) : this.#keptParked();
      // Errors of the server are ignored here: the request for the end handles them.
      const kept = await look.catch(() => undefined);
      if (kept?.row.status === 'parked') return this.#view(kept.entries);
    }
  }

  async #keptParked(): Promise<KeptSaga | undefined> {
    const { server, store } = this.parts;
    const { ref } = this;
    const [row] = await server.query(
      `SELECT value_utf8 FROM state WHERE service_name = ${sqlText(ref.name)} ` +
        `AND service_key = ${sqlText(ref.id)} AND key = '${LISTED}'`,
    );
    const text = row?.['value_utf8'];
    if (typeof text !== 'string') return undefined;
    if ((JSON.parse(text) as ListedState).status !== 'parked') return undefined;
    return store.load(ref);
  }

  /** Waits `ms`, or until this process has parked the saga: then `true`. */
  #told(ms: number, signal: AbortSignal): Promise<boolean> {
    return new Promise((resolve) => {
      const end = (parked: boolean): void => {
        unschedule();
        unwatch();
        signal.removeEventListener('abort', aborted);
        resolve(parked);
      };
      const aborted = (): void => end(false);
      const unschedule = this.parts.clock.schedule(ms, aborted, true);
      const unwatch = this.parts.activeRuns.watch(this.ref, () => end(true));
      signal.addEventListener('abort', aborted);
      if (signal.aborted) aborted();
    });
  }

  /** @throws SagaInterruptedError for what a later version has written: its processes can tell the end. */
  #view(entries: KeptSaga['entries']): Run {
    const { parts, definition, ref, input } = this;
    try {
      return viewRun(parts.runs, definition, ref.id, { input }, entries);
    } catch (error) {
      if (!isSagaError(error, 'SAGA_NEWER')) throw error;
      throw this.#interrupted(fullMessageOf(error), error);
    }
  }

  #interrupted(why: string, cause?: unknown): SagaInterruptedError {
    const options = cause === undefined ? {} : { cause };
    return new SagaInterruptedError(this.ref.name, this.ref.id, why, options);
  }
}

/** Ends early by the signal. */
function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      unschedule();
      signal.removeEventListener('abort', end);
      resolve();
    };
    const unschedule = clock.schedule(ms, end);
    signal.addEventListener('abort', end);
    if (signal.aborted) end();
  });
}
