import {
  type Clock,
  isSagaError,
  LeaseLostError,
  refKey,
  type ReleaseRequest,
  SagaInterruptedError,
  type SagaLogger,
  type SagaRef,
} from '../../../core/index.js';
import {
  drive,
  driveUntil,
  executionException,
  redactedError,
  report,
  type Run,
  shownSaga,
} from '../../../core/engine/index.js';
import type { JournaledRun } from './journaled-run.js';
import { ActiveRun } from './active-run.js';
import { AlreadyExists, type Journaling } from '../ownership/journaling.js';
import { listIds } from './list-ids.js';

/** A saga that this process owns in the journal and does not work on any more. */
export type ReleasedSaga = Omit<ReleaseRequest, 'owner'>;

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
  const cause = redactedError(error, run.persistence?.redact);
  return new SagaInterruptedError(run.sagaName, run.sagaId, cause.message, { cause });
}

/** The sagas in flight in this process; each is supervised alone. */
export class ActiveRuns {
  readonly #byKey = new Map<string, ActiveRun>();
  /** By what was owned: one that cannot be given back may be left again. */
  readonly #left = new Map<string, ReleasedSaga>();
  readonly #leaving = new Set<Promise<void>>();
  /** How many calls in this process wait for the end of a saga. */
  waiting = 0;
  #closing = false;

  get(ref: SagaRef): ActiveRun | undefined {
    return this.#byKey.get(refKey(ref));
  }

  get size(): number {
    return this.#byKey.size;
  }

  launch(run: Run, input: string, deadline: number | null): ActiveRun {
    const journaled = run.persistence as JournaledRun;
    const { ref } = journaled;
    const key = refKey(ref);
    if (this.#closing) this.#stopAtBoundary(run);
    // Claimed anew while it ran here: as if another process had taken it over.
    this.#byKey.get(key)?.run.stop(new LeaseLostError('The saga was claimed anew'), 'now');
    const driven = deadline === null ? drive(run) : driveUntil(run, deadline);
    let callers = 0;
    const forget = (): void => {
      this.waiting -= callers;
      callers = -Infinity;
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
        // A shutdown hands over what it could not wait for, too: no saga has taken this process down.
        const graceful = isSagaError(run.halt?.error, 'SAGA_INTERRUPTED');
        if (!isOver) this.release({ ref, epoch: journaled.epoch, graceful });
        throw asTold(run, error);
      },
    );
    // Whoever wants to know how it ended asks the handle; a start that failed is told by `durable`.
    told.catch(ignore);
    const result = (): Promise<Run> => {
      if (callers >= 0) {
        callers += 1;
        this.waiting += 1;
      }
      return told;
    };
    const handle = { id: run.sagaId, saga: run, result };
    // What comes first is noted by now, and written at once: a probe begins without a write of its own.
    // Where `drive` was stopped before, there is nothing to write, and `driven` tells so.
    const durable = journaled.hasRecords ? Promise.race([journaled.flush(), driven]) : driven;
    // A recovery has no caller who waits for it.
    durable.catch(ignore);
    const live = new ActiveRun(run, input, handle, told, durable);
    this.#byKey.set(key, live);
    return live;
  }

  /** This process does not work on it any more, though its journal says so until it is given back. */
  release(saga: ReleasedSaga): void {
    this.#left.set(`${saga.epoch} ${refKey(saga.ref)}`, saga);
  }

  /** What was claimed and not worked on: giving it back takes that claim out of its count, too. */
  releaseUnstarted(ref: SagaRef, epoch: number): void {
    this.release({ ref, epoch, graceful: true });
  }

  /**
   * Gives back what was left before its end: as long as this process lives, nobody else could claim
   * it. What cannot be given back now is kept for the next time, and so is what is worked on again: it
   * may be another life of that id, which no epoch tells apart. Resolves when all of it, also of
   * earlier calls, has been tried once. Never throws.
   */
  async sendReleases(journaling: Journaling): Promise<void> {
    for (const [key, saga] of this.#left) {
      if (this.get(saga.ref) !== undefined) continue;
      // What is on its way is not sent again by the next call.
      this.#left.delete(key);
      const leaving: Promise<void> = this.#release(journaling, key, saga).finally(() =>
        this.#leaving.delete(leaving),
      );
      this.#leaving.add(leaving);
    }
    await Promise.all(this.#leaving);
  }

  async #release(
    { asks, journal, owner }: Journaling,
    key: string,
    saga: ReleasedSaga,
  ): Promise<void> {
    const send = async (): Promise<boolean> => {
      if (this.get(saga.ref) !== undefined) return false;
      await journal.release({ ...saga, owner });
      return true;
    };
    const isGiven = await asks.run(send).catch(() => false);
    if (!isGiven) this.#left.set(key, saga);
  }

  /** After a stall: each asks whether it is still this process's own, and stops when it is not. */
  confirmAll(): void {
    for (const live of this.#byKey.values()) {
      // One that is being created asks when its write was answered.
      if (live.isCreated) live.run.persistence?.confirm()?.catch(ignore);
    }
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
  async drain(drainMs: number, clock: Clock, logger: SagaLogger): Promise<void> {
    this.stopAtBoundary();
    const unschedule = clock.schedule(drainMs, () => {
      const ids = [...this.#byKey.values()].map(({ run }) => shownSaga(run.sagaName, run.sagaId));
      const what = `Shutting down after ${drainMs} ms (drainMs) without the steps of ${listIds(ids)}`;
      report(logger, 'warn', `${what}; they are aborted, and run again in another process`);
      this.stopAll((run) => new SagaInterruptedError(run.sagaName, run.sagaId, 'shutting down'));
    });
    // Again: an operator may send one on in the meantime, as far as to its next boundary.
    while (this.size > 0) {
      await Promise.allSettled([...this.#byKey.values()].map(({ ended }) => ended));
    }
    unschedule();
  }

  #stopAtBoundary(run: Run): void {
    run.stop(new SagaInterruptedError(run.sagaName, run.sagaId, 'shutting down'), 'boundary');
  }
}

function ignore(): void {}
