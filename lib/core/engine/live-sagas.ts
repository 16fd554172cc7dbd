import type { SagaHandle } from '../builder/index.js';
import type { SagaDefinition } from '../definition/index.js';
import { isSagaError, SagaInterruptedError } from '../errors/index.js';
import { drive, driveUntil, type Run } from '../execution/index.js';
import type { SagaRef } from '../journal/index.js';
import type { Clock } from '../ports/index.js';

/** A saga that this process is working on. */
export interface LiveSaga {
  readonly run: Run;
  readonly input: string;
  readonly version: number;
  readonly fingerprint: string;
  readonly handle: SagaHandle;
  /** Resolves when its first records are durable. */
  readonly durable: Promise<void>;
}

function keyOf(ref: SagaRef): string {
  return JSON.stringify([ref.name, ref.id]);
}

/** Journal and ownership failures are no end of the saga: whoever waits learns that it goes on. */
function asInterruption(run: Run, error: unknown): Error {
  const lost = isSagaError(error, 'SAGA_LEASE_LOST') || isSagaError(error, 'SAGA_JOURNAL');
  if (!lost) return error as Error;
  return new SagaInterruptedError(run.sagaName, run.sagaId, error.message, { cause: error });
}

/** The sagas in flight in this process; each is supervised alone. */
export class LiveSagas {
  readonly #byKey = new Map<string, LiveSaga>();

  get(ref: SagaRef): LiveSaga | undefined {
    return this.#byKey.get(keyOf(ref));
  }

  get size(): number {
    return this.#byKey.size;
  }

  launch(run: Run, definition: SagaDefinition, input: string, deadline: number | null): LiveSaga {
    const key = keyOf({ name: run.sagaName, id: run.sagaId });
    const driven = deadline === null ? drive(run) : driveUntil(run, deadline);
    const ended = driven.finally(() => {
      if (this.#byKey.get(key)?.run === run) this.#byKey.delete(key);
    });
    // Whoever wants to know how it ended asks the handle; a start that failed is told by `durable`.
    ended.catch(() => undefined);
    const told = ended.catch((error: unknown) => Promise.reject(asInterruption(run, error)));
    told.catch(() => undefined);
    const handle = { id: run.sagaId, saga: run, result: () => told };
    const { version, fingerprint } = definition;
    const durable = this.#durable(run, ended);
    const live = { run, input, version, fingerprint, handle, durable };
    this.#byKey.set(key, live);
    return live;
  }

  /** Takes this process's hands off all of them at once. */
  stopAll(error: (run: Run) => Error): void {
    for (const { run } of this.#byKey.values()) run.stop(error(run), 'now');
  }

  /** Lets none of them begin another step. */
  stopAtBoundary(): void {
    for (const { run } of this.#byKey.values()) {
      run.stop(new SagaInterruptedError(run.sagaName, run.sagaId, 'shutting down'), 'boundary');
    }
  }

  /** Stops all at their next step boundary, after `drainMs` at once. Returns those that had not ended. */
  async drain(drainMs: number, clock: Clock): Promise<readonly LiveSaga[]> {
    const all = [...this.#byKey.values()];
    this.stopAtBoundary();
    const unschedule = clock.schedule(drainMs, () => {
      this.stopAll((run) => new SagaInterruptedError(run.sagaName, run.sagaId, 'shutting down'));
    });
    await Promise.allSettled(all.map(({ handle }) => handle.result()));
    unschedule();
    return all.filter(({ run }) => !run.state.atRest);
  }

  /** `drive` has staged its first intent by now: the flush in flight is the one that creates. */
  async #durable(run: Run, ended: Promise<Run>): Promise<void> {
    await Promise.race([run.persistence?.flush(), ended.then(() => undefined)]);
  }
}
