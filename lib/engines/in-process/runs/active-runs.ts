import {
  type Clock,
  isSagaError,
  LeaseLostError,
  refKey,
  type SagaHandle,
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
import type { OwnedRuns, ReleasedSaga } from '../ownership/index.js';
import { AlreadyExists, type JournaledRun } from './journaled-run.js';
import { listIds } from './shown.js';

/** A saga that this process is working on. */
export class ActiveRun {
  /** For the engine: who asks the handle counts as one who waits. */
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

  /** Whether it is known to be this one, and not another one of the same id that was there before. */
  get isCreated(): boolean {
    return (this.run.persistence as JournaledRun).isCreated;
  }
}

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
export class ActiveRuns implements OwnedRuns {
  readonly #byKey = new Map<string, ActiveRun>();
  /** How many calls in this process wait for the end of a saga. */
  waiting = 0;
  #closing = false;

  /** `release`: takes back what this process does not work on any more, though it has not ended. */
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
    const durable = journaled.hasRecords ? journaled.flush() : driven;
    // A recovery has no caller who waits for it.
    durable.catch(ignore);
    const live = new ActiveRun(run, input, handle, { ended: told, durable });
    this.#byKey.set(key, live);
    return live;
  }

  /**
   * Acts on the saga when this process works on it, in the very turn in which it looks. One that has
   * just come to rest is let go first: its last records may be on their way still, and nobody drives
   * what would be noted after them. So is one that may turn out not to be the saga of that id.
   */
  async whileActive<T>(
    ref: SagaRef,
    act: (active: ActiveRun) => T | Promise<T>,
  ): Promise<T | undefined> {
    for (;;) {
      const active = this.get(ref);
      if (active === undefined) return undefined;
      if (!active.isCreated) await active.durable.catch(() => undefined);
      else if (active.run.state.atRest) await active.ended.catch(() => undefined);
      else return act(active);
    }
  }

  confirmAll(): void {
    for (const live of this.#byKey.values()) {
      // One that is being created asks when its write was answered.
      if (live.isCreated) live.run.persistence?.confirm()?.catch(ignore);
    }
  }

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
