import {
  type Clock,
  isSagaError,
  LeaseLostError,
  refKey,
  type SagaHandle,
  SagaInterruptedError,
  type SagaLogger,
  type SagaRef,
  type SagaStatus,
} from '../../../core/index.js';
import {
  drive,
  driveUntil,
  executionException,
  heldSignals,
  redactedError,
  report,
  type Run,
  shownSaga,
} from '../../../core/engine/index.js';
import type { OwnedRuns, ReleasedSaga } from '../ownership/index.js';
import { AlreadyExists } from './already-exists.js';
import type { JournaledRun } from './journaled-run.js';
import { listIds } from './shown.js';

/** A saga that this process is working on. */
export class ActiveRun {
  /** The handle's result for the engine itself: asking the handle would count as a caller who waits. */
  readonly ended: Promise<Run>;
  /** Resolves when its first records are durable. */
  readonly durable: Promise<unknown>;

  constructor(
    readonly run: Run,
    readonly input: string,
    readonly handle: SagaHandle,
    { ended, durable }: Pick<ActiveRun, 'ended' | 'durable'>,
  ) {
    this.ended = ended;
    this.durable = durable;
  }

  get version(): number {
    return this.run.definition.version;
  }

  get fingerprint(): string {
    return this.run.definition.fingerprint;
  }

  get status(): SagaStatus {
    return this.run.state.status;
  }

  /** Whether it is known to be the saga of that id, and not a start that met an earlier one. */
  get isCreated(): boolean {
    return (this.run.persistence as JournaledRun).isCreated;
  }
}

/**
 * What callers who wait are told. A failure of the journal or of the lease is no end of the saga: it
 * goes on elsewhere. A saga that was stopped because an operator terminated it has ended.
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

/** The active runs of this process; each is supervised alone. */
export class ActiveRuns implements OwnedRuns {
  readonly #byKey = new Map<string, ActiveRun>();
  /** How many calls in this process wait for the end of a saga. */
  waiting = 0;
  /** It shuts down. */
  isClosing = false;

  /** `release`: is told of a saga that has not ended, and on which this process works no more. */
  constructor(private readonly release: (saga: ReleasedSaga) => void) {}

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
    if (this.isClosing) this.#stopAtBoundary(run);
    // Claimed anew while it ran here: the earlier run stops as if another process had taken it over.
    this.#byKey.get(key)?.run.stop(new LeaseLostError('The saga was claimed anew'), 'now');
    const driven = deadline === null ? drive(run) : driveUntil(run, deadline);
    let callers = 0;
    const forget = (): void => {
      this.waiting -= callers;
      callers = -Infinity;
      if (this.#byKey.get(key)?.run === run) this.#byKey.delete(key);
    };
    const told = driven.then(
      () => {
        forget();
        return run;
      },
      (error: unknown) => {
        forget();
        const isOver = isSagaError(error, 'SAGA_EXECUTION') || error instanceof AlreadyExists;
        // A shutdown releases these gracefully, too: no saga has ended this process.
        const graceful = isSagaError(run.stopped?.error, 'SAGA_INTERRUPTED');
        if (!isOver) this.release({ ref, epoch: journaled.epoch, graceful });
        throw asTold(run, error);
      },
    );
    // Handled elsewhere: the handle tells how it ended, and `durable` that the start failed.
    told.catch(ignore);
    const result = (): Promise<Run> => {
      if (callers >= 0) {
        callers += 1;
        this.waiting += 1;
      }
      return told;
    };
    const handle = { id: run.sagaId, saga: run, result };
    // The first records are noted by now, and written at once, since a probe begins without a write of
    // its own. Where `drive` was stopped before that there is nothing to write, and `driven` rejects.
    const durable = journaled.hasRecords ? journaled.flush() : driven;
    // A recovery has no caller who waits for it.
    durable.catch(ignore);
    const live = new ActiveRun(run, input, handle, { ended: told, durable });
    this.#byKey.set(key, live);
    return live;
  }

  /**
   * Acts on the saga when it is active here, in the same turn of the event loop in which it was found.
   * Of one that has just come to rest the end is awaited first: its last records may not be written yet, and
   * nobody would drive what is noted after them. So it is of a start that may not be the saga of that id.
   */
  async whileActive<T>(
    ref: SagaRef,
    act: (active: ActiveRun) => T | Promise<T>,
  ): Promise<T | undefined> {
    for (;;) {
      const active = this.get(ref);
      if (active === undefined) return undefined;
      if (!active.isCreated) await active.durable.catch(() => undefined);
      else if (heldSignals(active.run) !== undefined) await heldSignals(active.run);
      else if (active.run.state.atRest) await active.ended.catch(() => undefined);
      else return act(active);
    }
  }

  confirmAll(): void {
    for (const live of this.#byKey.values()) {
      // One that is being created asks once its write was answered.
      if (live.isCreated) live.run.persistence?.confirm()?.catch(ignore);
    }
  }

  stopAll(error: (run: Run) => Error): void {
    for (const { run } of this.#byKey.values()) run.stop(error(run), 'now');
  }

  /** None of them begins another step from now on, nor does a run that is launched later. */
  stopAtBoundary(): void {
    this.isClosing = true;
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
    // Until there are none: an operator may resume one in the meantime, up to its next boundary.
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
