import { isSagaError, SagaJournalError } from '../errors/index.js';
import type { Run } from '../execution/index.js';
import type { JournalEntry, NewSaga } from '../journal/index.js';
import type { SagaRecord } from '../machine/index.js';
import { AlreadyExists, type Journaling } from './journaling.js';
import { StoredRun } from './stored-run.js';
import { Tenure } from './tenure.js';

const PROGRESS: ReadonlySet<string> = new Set([
  'done',
  'failed',
  'undone',
  'undo-failed',
  'resumed',
  'manual',
]);

/** Keeps one run in the journal: the records of one turn are one write. */
export class JournaledRun extends StoredRun {
  readonly #tenure: Tenure;
  #tail: Promise<void> = Promise.resolve();
  /** The saga to be created by the first write. */
  #birth: Omit<NewSaga, 'entries' | 'status'> | undefined;

  constructor(
    run: Run,
    private readonly shared: Journaling,
    input: string,
    epoch: number,
  ) {
    super(run, shared, input, epoch);
    const { sagaName: name, sagaId: id } = run;
    this.#tenure = new Tenure(shared, { name, id }, epoch);
  }

  /** Lets the first write create the saga together with its first records. */
  bear(saga: Omit<NewSaga, 'entries' | 'status'>): void {
    this.#birth = saga;
  }

  flush(): Promise<void> {
    if (this.hasStaged) this.#tail = this.#tail.then(() => this.#write());
    return this.#tail;
  }

  override confirm(): Promise<void> | undefined {
    if (this.#tenure.isSure) return undefined;
    return this.#tenure.renew().catch((error: unknown) => this.#fail(error));
  }

  async #write(): Promise<void> {
    const staged = this.take();
    if (staged.length === 0) return;
    const { term } = this.shared.lease;
    try {
      await this.#store(
        staged.map(({ entry }) => entry),
        staged,
      );
    } catch (error) {
      this.#fail(error);
    }
    this.#tenure.provedIn(term);
    const doubt = this.confirm();
    if (doubt !== undefined) await doubt;
    for (const { record, entry } of staged) this.run.publish(record, entry.at);
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

  async #store(
    entries: readonly JournalEntry[],
    staged: readonly { record: SagaRecord }[],
  ): Promise<void> {
    const { journal, owner } = this.shared;
    const { status } = this.run.state;
    if (this.#birth !== undefined) {
      const existing = await journal.create({ ...this.#birth, status, entries });
      if (existing !== undefined) throw new AlreadyExists(existing);
      this.#birth = undefined;
      return;
    }
    await journal.append({
      ref: { name: this.run.sagaName, id: this.run.sagaId },
      owner,
      epoch: this.epoch,
      entries,
      status,
      progress: staged.some(({ record }) => PROGRESS.has(record.type)),
    });
  }
}
