import {
  type CancelRequest,
  isSagaError,
  type JournalBatch,
  type JournalInTransaction,
  SagaJournalError,
  SagaOptionsError,
} from '../../../core/index.js';
import {
  CutOffError,
  holdSignals,
  isConflict,
  type Run,
  type StagedRecord,
  type Transacted,
  type TransactionalWork,
} from '../../../core/engine/index.js';
import type { Fence } from '../ownership/index.js';

/** In ms: the server ends a transaction whose COMMIT does not come 5 s earlier. */
const LONGEST_COMMIT_MS = 15_000;

/** The run as its journal keeps it. */
export interface KeptRun {
  readonly isIdle: boolean;
  flush(): Promise<void>;
  prepare(
    records: ReturnType<TransactionalWork['records']>,
    attempt: Awaited<ReturnType<TransactionalWork['perform']>> | undefined,
  ): readonly StagedRecord[];
  stored(
    prepared: readonly StagedRecord[],
    leaseGeneration: number,
    cancel: CancelRequest | undefined | void,
  ): Promise<void>;
  fail(error: unknown): never;
}

/** One run of a transaction, as far as it came. */
interface Course {
  within?: JournalInTransaction | undefined;
  /** On their way from here on. */
  sent?: readonly StagedRecord[];
  generation: number;
  isAppended: boolean;
  cancel?: CancelRequest | undefined | void;
  /** Why it was to be rolled back. */
  failure?: { readonly error: unknown };
  release?: () => void;
}

/** One run of such a transaction. */
export class TransactedOnce {
  #course: Course = { generation: 0, isAppended: false };
  #giveUp: () => void = () => undefined;
  #watch: (() => void) | undefined;

  constructor(
    private readonly run: Run,
    private readonly kept: KeptRun,
    private readonly fence: Fence,
    private readonly work: TransactionalWork,
  ) {}

  async perform(): Promise<Transacted> {
    try {
      return await this.#perform();
    } finally {
      this.#watch?.();
      this.#course.release?.();
    }
  }

  async #perform(): Promise<Transacted> {
    const { transactions } = this.fence.access;
    if (transactions === undefined) {
      const what =
        'transaction: true needs forRoot({ transactions }), and a plan that is registered';
      return { committed: false, recorded: false, error: new SagaOptionsError(what) };
    }
    try {
      const ran = transactions.run((tx) => this.#within(tx), this.work.options);
      await this.#inTime(Promise.resolve(ran));
    } catch (error) {
      return this.#rejected(error);
    }
    const { failure, isAppended } = this.#course;
    if (isAppended && failure === undefined) return this.#committed();
    return this.#rejected(new Error('The transaction came to an end before its work did'));
  }

  async #within(tx: unknown): Promise<void> {
    const { journal, transactions } = this.fence.access;
    // A client that runs a transaction again by itself begins anew.
    this.#watch?.();
    this.#course.release?.();
    const course: Course = (this.#course = { generation: 0, isAppended: false });
    try {
      course.within = transactions && journal.within?.(transactions.use(tx));
      await course.within?.join();
      const attempt = await this.work.perform(tx);
      course.release = holdSignals(this.run);
      const records = this.work.records();
      if (!this.kept.isIdle) throw new NotedMeanwhile();
      const sent = this.kept.prepare(records, attempt);
      course.generation = this.fence.leaseGeneration;
      course.sent = sent;
      this.#watch = this.run.environment.clock.schedule(LONGEST_COMMIT_MS, this.#giveUp);
      course.cancel = await course.within?.append(this.#batchOf(sent));
      course.isAppended = true;
    } catch (error) {
      course.failure = { error };
      throw error;
    }
  }

  /** Nothing aborts what was sent; but an answer that does not come is one that was lost. */
  #inTime(ran: Promise<void>): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#giveUp = () => reject(new NoAnswer());
      ran.then(resolve, reject);
    });
  }

  async #committed(): Promise<Transacted> {
    const { sent = [], generation } = this.#course;
    const { journal } = this.fence.access;
    let { cancel } = this.#course;
    try {
      // A journal in memory learns of it afterwards: it goes with this process, and so does its doubt.
      if (journal.within === undefined) cancel = await journal.append(this.#batchOf(sent));
      await this.kept.stored(sent, generation, cancel);
    } catch (error) {
      this.kept.fail(error);
    }
    return { committed: true };
  }

  async #rejected(thrown: unknown): Promise<Transacted> {
    const { failure, sent } = this.#course;
    const told = failure === undefined ? thrown : failure.error;
    const error = told instanceof CutOffError ? told.cause : told;
    if (sent === undefined || isConflict(error)) {
      return { committed: false, recorded: false, error };
    }
    if (isSagaError(error, 'SAGA_LEASE_LOST')) this.kept.fail(error);
    return this.#settle(sent, error);
  }

  /** Whether it was committed says whoever has the next records. */
  async #settle(sent: readonly StagedRecord[], error: unknown): Promise<Transacted> {
    const { within, generation } = this.#course;
    const instead = this.kept.prepare(this.work.instead(error), undefined);
    let isStored = false;
    try {
      if (within === undefined) throw new SagaJournalError(UNSETTLED, { cause: error });
      isStored = await within.settle(this.#batchOf(instead));
      await this.kept.stored(isStored ? instead : sent, generation, undefined);
    } catch (failed) {
      this.kept.fail(failed);
    }
    return isStored ? { committed: false, recorded: true, error } : { committed: true };
  }

  #batchOf(prepared: readonly StagedRecord[]): JournalBatch {
    const { access, ref, epoch } = this.fence;
    const entries = prepared.map(({ entry }) => entry);
    const { status } = this.run.state;
    return { ref, owner: access.owner, epoch, entries, status, progress: true };
  }
}

const UNSETTLED =
  'A transaction has ended without an answer, and a journal in memory cannot tell whether it was committed';

class NoAnswer extends Error {
  constructor() {
    super(`Its COMMIT was not answered within ${LONGEST_COMMIT_MS} ms`);
  }
}

/** Something was noted beside an undo: it is written first. */
class NotedMeanwhile extends Error {
  /** As of any conflict. */
  readonly code = '40001';

  constructor() {
    super('Something was recorded of the saga while the transaction was open');
  }
}
