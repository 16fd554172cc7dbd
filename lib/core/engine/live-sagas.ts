import type { SagaHandle } from '../builder/index.js';
import type { SagaDefinition } from '../definition/index.js';
import { isSagaError, LeaseLostError, SagaInterruptedError } from '../errors/index.js';
import { drive, driveUntil, executionException, type Run } from '../execution/index.js';
import { refKey, type ReleaseRequest, type SagaRef } from '../journal/index.js';
import type { Clock } from '../ports/index.js';
import type { JournaledRun } from './journaled-run.js';
import { AlreadyExists, type Journaling } from './journaling.js';

/** A saga that this process is working on. */
export interface LiveSaga {
  readonly run: Run;
  readonly input: string;
  readonly version: number;
  readonly fingerprint: string;
  readonly handle: SagaHandle;
  /** Whether it is known to be this one, and not another one of the same id that was there before. */
  readonly isBorn: boolean;
  /** Resolves when its first records are durable. */
  readonly durable: Promise<unknown>;
}

/** A saga that this process owns in the journal and does not work on any more. */
export type LeftSaga = Omit<ReleaseRequest, 'owner'>;

/**
 * What who waits is told. Journal and ownership failures are no end of the saga: it goes on. One that
 * was stopped because an operator terminated it has ended.
 */
function asTold(run: Run, error: unknown): Error {
  if (run.state.parked?.reason === 'terminated' && isSagaError(error, 'SAGA_STATE')) {
    return executionException(run);
  }
  const lost = isSagaError(error, 'SAGA_LEASE_LOST') || isSagaError(error, 'SAGA_JOURNAL');
  if (!lost) return error as Error;
  return new SagaInterruptedError(run.sagaName, run.sagaId, error.message, { cause: error });
}

/** The sagas in flight in this process; each is supervised alone. */
export class LiveSagas {
  readonly #byKey = new Map<string, LiveSaga>();
  readonly #left = new Set<LeftSaga>();
  #closing = false;

  get(ref: SagaRef): LiveSaga | undefined {
    return this.#byKey.get(refKey(ref));
  }

  get size(): number {
    return this.#byKey.size;
  }

  launch(run: Run, definition: SagaDefinition, input: string, deadline: number | null): LiveSaga {
    const ref = { name: run.sagaName, id: run.sagaId };
    const key = refKey(ref);
    const journaled = run.persistence as JournaledRun;
    if (this.#closing) this.#stopAtBoundary(run);
    // Claimed anew while it ran here: as if another process had taken it over.
    this.#byKey.get(key)?.run.stop(new LeaseLostError('The saga was claimed anew'), 'now');
    const driven = deadline === null ? drive(run) : driveUntil(run, deadline);
    const forget = (): void => {
      if (this.#byKey.get(key)?.run === run) this.#byKey.delete(key);
    };
    const told = driven.then(
      (completed) => {
        forget();
        return completed;
      },
      (error: unknown) => {
        forget();
        const isOver = isSagaError(error, 'SAGA_EXECUTION') || error instanceof AlreadyExists;
        const inOrder = run.halt?.when === 'boundary';
        if (!isOver) this.leave({ ref, epoch: journaled.epoch, inOrder });
        throw asTold(run, error);
      },
    );
    // Whoever wants to know how it ended asks the handle; a start that failed is told by `durable`.
    told.catch(ignore);
    const handle = { id: run.sagaId, saga: run, result: () => told };
    const { version, fingerprint } = definition;
    // `drive` has staged its first intent by now: the flush in flight is the one that creates. There is
    // none where it was stopped before: nothing was written, and `driven` tells so.
    const durable = journaled.hasWritten ? Promise.race([journaled.flush(), driven]) : driven;
    // A recovery has no caller who waits for it.
    durable.catch(ignore);
    const live: LiveSaga = {
      ...{ run, input, version, fingerprint, handle, durable },
      get isBorn() {
        return journaled.isBorn;
      },
    };
    this.#byKey.set(key, live);
    return live;
  }

  /** This process does not work on it any more, though its journal says so until it is given back. */
  leave(saga: LeftSaga): void {
    this.#left.add(saga);
  }

  /**
   * Gives back what was left before its end: as long as this process lives, nobody else could claim
   * it. What cannot be given back now is kept for the next time, and so is what is worked on again: it
   * may be another life of that id, which no epoch tells apart. Never throws.
   */
  async giveBack({ journal, owner }: Journaling): Promise<void> {
    const left = [...this.#left].filter(({ ref }) => this.get(ref) === undefined);
    await Promise.all(
      left.map((saga) =>
        journal.release({ ...saga, owner }).then(
          () => this.#left.delete(saga),
          () => false,
        ),
      ),
    );
  }

  /** Takes this process's hands off all of them at once. */
  stopAll(error: (run: Run) => Error): void {
    for (const { run } of this.#byKey.values()) run.stop(error(run), 'now');
  }

  /** Lets none of them begin another step, nor any that comes later. */
  stopAtBoundary(): void {
    this.#closing = true;
    for (const { run } of this.#byKey.values()) this.#stopAtBoundary(run);
  }

  /** Stops all at their next step boundary, after `drainMs` at once. */
  async drain(drainMs: number, clock: Clock): Promise<void> {
    const all = [...this.#byKey.values()];
    this.stopAtBoundary();
    const unschedule = clock.schedule(drainMs, () => {
      this.stopAll((run) => new SagaInterruptedError(run.sagaName, run.sagaId, 'shutting down'));
    });
    await Promise.allSettled(all.map(({ handle }) => handle.result()));
    unschedule();
  }

  #stopAtBoundary(run: Run): void {
    run.stop(new SagaInterruptedError(run.sagaName, run.sagaId, 'shutting down'), 'boundary');
  }
}

function ignore(): void {}
