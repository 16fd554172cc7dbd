import {
  isSagaError,
  refKey,
  type SagaDefinition,
  type SagaHandle,
  SagaInterruptedError,
  type SagaRef,
  type SagaRow,
} from '../../../core/index.js';
import { executionException, type Run } from '../../../core/engine/index.js';
import type { Lease } from '../ownership/index.js';
import type { ActiveRuns } from './active-runs.js';
import { isLive, type SagaReader } from './saga-reader.js';

/** How often a saga that this process does not drive is looked at, in ms. */
const POLL_MS = 250;

/**
 * Waits for the ends of sagas that this process does not drive. All callers who wait for one share one
 * look at its row; its records are read once, at its end. A saga that nobody owns, and for which a
 * caller here waits, is claimed at once and without a slot: the caller may be a step of another saga.
 */
export class ResultWaiter {
  readonly #awaited = new Map<string, Promise<Run>>();
  #closing = false;

  constructor(
    private readonly reader: SagaReader,
    private readonly live: ActiveRuns,
    private readonly lease: Lease,
    private readonly takeUp: (row: SagaRow) => Promise<void>,
  ) {}

  /** From here on, callers who wait are told that the saga goes on elsewhere. */
  stop(): void {
    this.#closing = true;
  }

  handleOf(ref: SagaRef, definition: SagaDefinition): SagaHandle {
    let seen: Run | undefined;
    const { live } = this;
    const result = async (): Promise<Run> => {
      live.waiting += 1;
      try {
        seen = live.get(ref)?.run;
        seen = await this.#endOf(ref, definition);
      } finally {
        live.waiting -= 1;
      }
      if (seen.isSuccess) return seen;
      throw executionException(seen);
    };
    return {
      id: ref.id,
      get saga() {
        return seen as Run;
      },
      result,
    };
  }

  #endOf(ref: SagaRef, definition: SagaDefinition): Promise<Run> {
    const key = refKey(ref);
    let end = this.#awaited.get(key);
    if (end === undefined) {
      end = this.#end(ref, definition).finally(() => this.#awaited.delete(key));
      this.#awaited.set(key, end);
    }
    return end;
  }

  async #end(ref: SagaRef, definition: SagaDefinition): Promise<Run> {
    const { lease, live } = this;
    const { clock } = lease;
    let asked = -Infinity;
    for (;;) {
      const here = live.get(ref);
      if (here?.isCreated === false) {
        // Perhaps a duplicate start that finds the id taken.
        await here.durable.catch(() => undefined);
        continue;
      }
      if (here !== undefined) return await here.ended;
      const row = await this.#read(ref, () => this.reader.row(ref));
      if (!isLive(row)) {
        const run = await this.#read(ref, () => this.reader.view(ref, definition));
        // It was resumed in between.
        if (run.state.atRest) return run;
      }
      if (this.#closing) throw new SagaInterruptedError(ref.name, ref.id, 'shutting down');
      if (clock.monotonic() - asked >= lease.ms / 3) {
        asked = clock.monotonic();
        await this.takeUp(row);
        if (live.get(ref) !== undefined) continue;
      }
      await new Promise<void>((resolve) => clock.schedule(POLL_MS, resolve));
    }
  }

  /** A journal that cannot be read is no end of the saga; its deletion is one. */
  async #read<T>(ref: SagaRef, read: () => Promise<T>): Promise<T> {
    try {
      return await read();
    } catch (error) {
      if (isSagaError(error, 'SAGA_NOT_FOUND')) throw error;
      throw new SagaInterruptedError(ref.name, ref.id, 'the journal failed', { cause: error });
    }
  }
}
