import {
  type AuditEntry,
  type CancelRequest,
  isSagaError,
  SagaJournalError,
  type SagaRef,
  type SagaRow,
} from '../../../core/index.js';
import {
  isProgress,
  type Run,
  type StagedRecord,
  type StartRequest,
  StoredRun,
  type Storing,
  type Transacted,
  type TransactionalWork,
} from '../../../core/engine/index.js';
import { type Fence, hearCancel } from '../ownership/index.js';
import { AlreadyExists } from './already-exists.js';
import { newSagaOf } from './new-saga.js';
import { transact } from './transact.js';

/** The row that has the name and id of a saga that was to be created; else a request to cancel it. */
type Stored = Promise<SagaRow | CancelRequest | undefined | void>;

/**
 * Keeps one run in the journal: what is noted between two flushes is one write.
 *
 * The states of its writes, as docs/architecture.md lists them:
 *
 * - **not created**: its first write creates the saga. Where the id is taken, nothing of it has run.
 * - **written**: no write is under way; the next `flush()` begins one at once.
 * - **writing**: one is under way. What is noted meanwhile is staged.
 * - **writing, with a next one**: a `flush()` has come meanwhile. What is noted until then is one more write.
 * - **unsure**: written, but the lease ended in between. Before anything goes on, the journal is asked
 *   who owns the saga.
 * - **failed**: by the journal, the lease or an id that is taken. The run stops now, and nothing more is written.
 */
export class JournaledRun extends StoredRun {
  /** The last write, and whether it is still under way, or has failed. */
  #tail: Promise<void> = WRITTEN;
  #busy = false;
  /** The write after that one: of everything that is noted until then. */
  #next: Promise<void> | undefined;
  #audit: readonly AuditEntry[] | undefined;
  /** What the write under way holds, and the lease generation in which it was sent. */
  #sent: readonly StagedRecord[] = NOTHING;
  #sentIn = 0;
  /** Made once, not with every write. */
  readonly #onStored = (told: Awaited<Stored>): Promise<void> | undefined => this.#written(told);
  readonly #onFailure = (error: unknown): never => this.fail(error);
  /** How it was started; until the first write has created it. */
  #toCreate: StartRequest | undefined;

  constructor(
    run: Run,
    storing: Storing,
    private readonly fence: Fence,
    private readonly saga: { readonly input: string; readonly birth: string },
  ) {
    super(run, storing, fence.access.application, saga.input, fence.epoch, saga.birth);
  }

  get ref(): SagaRef {
    return this.fence.ref;
  }

  /** Lets the first write create the saga together with its first records. */
  createOnFirstWrite(request: StartRequest): void {
    this.#toCreate = request;
  }

  /** The saga is there; `false` while it is being created. */
  get isCreated(): boolean {
    return this.#toCreate === undefined;
  }

  /** Whether something was noted, be it written or not. */
  get hasRecords(): boolean {
    return this.hasStaged || this.#tail !== WRITTEN;
  }

  /** The audit gets this entry with what is staged now. */
  acted(entry: AuditEntry): void {
    this.#audit = [...(this.#audit ?? []), entry];
  }

  get isUnwritten(): boolean {
    return this.#toCreate !== undefined && !this.hasRecords;
  }

  /** Nothing is staged, and no write is under way. */
  get isIdle(): boolean {
    return !this.hasStaged && !this.#busy;
  }

  transact(work: TransactionalWork): Promise<Transacted> {
    return transact(this.run, this, this.fence, work);
  }

  /** What a transaction of that lease generation has stored of it. @throws as {@link confirm} does */
  async stored(
    prepared: readonly StagedRecord[],
    leaseGeneration: number,
    cancel: CancelRequest | undefined | void,
  ): Promise<void> {
    this.fence.provedIn(leaseGeneration);
    await this.confirm();
    this.keep(prepared);
    this.#tellOf(prepared, cancel);
  }

  flush(): Promise<void> {
    if (!this.hasStaged) return this.#tail;
    if (!this.#busy) return (this.#tail = this.#write());
    this.#next ??= this.#tail.then(() => {
      this.#next = undefined;
      return this.#write();
    });
    return (this.#tail = this.#next);
  }

  override confirm(): Promise<void> | undefined {
    if (this.fence.isSure) return undefined;
    return this.fence.renew().catch((error: unknown) => this.fail(error));
  }

  #write(): Promise<void> {
    this.#sent = this.take();
    this.#sentIn = this.fence.leaseGeneration;
    this.#busy = true;
    let stored: Stored;
    try {
      stored = this.#store(this.#sent);
    } catch (error) {
      // A journal of somebody else's may throw where it should reject.
      stored = Promise.reject(error);
    }
    // Not awaited: an async function would make two promises more of every write.
    return stored.then(this.#onStored, this.#onFailure);
  }

  /** @returns a promise only where the journal has to say whose the saga is now. */
  #written(told: Awaited<Stored>): Promise<void> | undefined {
    if (told !== undefined && 'epoch' in told) this.fail(new AlreadyExists(told));
    this.#toCreate = undefined;
    this.fence.provedIn(this.#sentIn);
    const doubt = this.confirm();
    if (doubt !== undefined) return doubt.then(() => this.#told(told));
    this.#told(told);
    return undefined;
  }

  #told(cancel: CancelRequest | undefined | void): void {
    // A later caller must not overtake a write that others wait for.
    this.#busy = this.#next !== undefined;
    this.#tellOf(this.#sent, cancel);
  }

  #tellOf(staged: readonly StagedRecord[], cancel: CancelRequest | undefined | void): void {
    for (const { record, entry } of staged) this.run.publish(record, entry.at);
    // Before anybody who waits for this write goes on: no step begins after it.
    if (cancel !== undefined) hearCancel(this.run, cancel);
  }

  /** @throws the error, as one of the journal's or the lease's; the run stops with it. */
  fail(error: unknown): never {
    const failure =
      error instanceof AlreadyExists || isSagaError(error)
        ? error
        : new SagaJournalError('The journal failed', { cause: error });
    this.run.stop(failure, 'now');
    throw failure;
  }

  #store(staged: readonly StagedRecord[]): Stored {
    const { access, ref, epoch } = this.fence;
    const { journal, owner } = access;
    const { status, parked } = this.run.state;
    const entries = staged.map(({ entry }) => entry);
    if (this.#toCreate !== undefined)
      return journal.create(newSagaOf(this.run, this.fence, this.saga, this.#toCreate, entries));
    const progress = staged.some(({ record }) => isProgress(record));
    const batch = { ref, owner, epoch, entries, status, progress };
    if (parked === undefined && this.#audit === undefined) return journal.append(batch);
    const audit = this.#audit;
    this.#audit = undefined;
    const parking = parked === undefined ? {} : { parked };
    return journal.append({ ...batch, ...parking, ...(audit === undefined ? {} : { audit }) });
  }
}

const WRITTEN = Promise.resolve();
const NOTHING: readonly StagedRecord[] = [];
