import {
  isSagaError,
  type NewSaga,
  SagaJournalError,
  type SagaRef,
  type SagaRow,
} from '../../../core/index.js';
import { type Run, type StagedRecord, StoredRun } from '../../../core/engine/index.js';
import { AlreadyExists, type Journaling } from '../ownership/journaling.js';
import { Fence } from '../ownership/fence.js';
import { hear } from '../ownership/hear-cancel.js';

const PROGRESS: ReadonlySet<string> = new Set([
  'done',
  'failed',
  'undone',
  'undo-failed',
  'resumed',
  'cancel-requested',
  'manual',
]);

/** Keeps one run in the journal: the records of one turn are one write. */
export class JournaledRun extends StoredRun {
  readonly #fence: Fence;
  /** The last write, and whether it is still under way, or has failed. */
  #tail: Promise<void> = WRITTEN;
  #busy = false;
  /** The write after that one: of everything that is noted until then. */
  #next: Promise<void> | undefined;
  /** The saga to be created by the first write. */
  #toCreate: Omit<NewSaga, 'entries' | 'status'> | undefined;

  constructor(
    run: Run,
    private readonly shared: Journaling,
    input: string,
    epoch: number,
    birth: string,
  ) {
    super(run, shared, input, epoch, birth);
    const { sagaName: name, sagaId: id } = run;
    this.#fence = new Fence(shared, { application: shared.application, name, id }, epoch);
  }

  get application(): string {
    return this.shared.application;
  }

  get ref(): SagaRef {
    return this.#fence.ref;
  }

  /** Lets the first write create the saga together with its first records. */
  createOnFirstWrite(saga: Omit<NewSaga, 'entries' | 'status'>): void {
    this.#toCreate = saga;
  }

  /** The saga is there; `false` while it is being created. */
  get isCreated(): boolean {
    return this.#toCreate === undefined;
  }

  /** Something was noted, be it written or not. */
  get hasRecords(): boolean {
    return this.hasStaged || this.#tail !== WRITTEN;
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
    if (this.#fence.isSure) return undefined;
    return this.#fence.renew().catch((error: unknown) => this.#fail(error));
  }

  async #write(): Promise<void> {
    const staged = this.take();
    this.#busy = true;
    const { generation } = this.shared.lease;
    let told: SagaRow | string | undefined | void;
    try {
      told = await this.#store(staged);
      if (typeof told === 'object') throw new AlreadyExists(told);
      this.#toCreate = undefined;
    } catch (error) {
      this.#fail(error);
    }
    this.#fence.provedIn(generation);
    const doubt = this.confirm();
    if (doubt !== undefined) await doubt;
    // Nobody overtakes a write that others wait for.
    this.#busy = this.#next !== undefined;
    for (const { record, entry } of staged) this.run.publish(record, entry.at);
    // Before anybody who waits for this write goes on: no step begins after it.
    if (told !== undefined) hear(this.run, told);
  }

  /** @throws the error, as one of the journal's or the lease's; the run stops with it. */
  #fail(error: unknown): never {
    const failure =
      error instanceof AlreadyExists || isSagaError(error)
        ? error
        : new SagaJournalError('The journal failed', { cause: error });
    this.run.stop(failure, 'now');
    throw failure;
  }

  /**
   * Answers the row that has its name and id already, when it was to be created; else why somebody asked to
   * cancel it.
   */
  #store(staged: readonly StagedRecord[]): Promise<SagaRow | string | undefined | void> {
    const { journal, owner } = this.shared;
    const { status } = this.run.state;
    const entries = staged.map(({ entry }) => entry);
    if (this.#toCreate !== undefined) return journal.create({ ...this.#toCreate, status, entries });
    const progress = staged.some(({ record }) => PROGRESS.has(record.type));
    const { ref, epoch } = this.#fence;
    return journal.append({ ref, owner, epoch, entries, status, progress });
  }
}

const WRITTEN = Promise.resolve();
