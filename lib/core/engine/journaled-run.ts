import { isSagaError, LeaseLostError, SagaJournalError } from '../errors/index.js';
import type { Run } from '../execution/index.js';
import type { JournalEntry, NewSaga } from '../journal/index.js';
import type { SagaRecord } from '../machine/index.js';
import { AlreadyExists, type Journaling } from './journaling.js';
import { StoredRun } from './stored-run.js';

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
  }

  /** Lets the first write create the saga together with its first records. */
  bear(saga: Omit<NewSaga, 'entries' | 'status'>): void {
    this.#birth = saga;
  }

  flush(): Promise<void> {
    if (this.hasStaged) this.#tail = this.#tail.then(() => this.#write());
    return this.#tail;
  }

  async #write(): Promise<void> {
    const staged = this.take();
    if (staged.length === 0) return;
    const { lease } = this.shared;
    const { term } = lease;
    try {
      await this.#store(
        staged.map(({ entry }) => entry),
        staged,
      );
      if (lease.left <= 0 || lease.term !== term) await this.#confirm();
    } catch (error) {
      const failure =
        error instanceof AlreadyExists || isSagaError(error)
          ? error
          : new SagaJournalError('The journal failed', { cause: error });
      this.run.stop(failure, 'now');
      throw failure;
    }
    for (const { record, entry } of staged) this.run.publish(record, entry.at);
  }

  /** This process slept while it wrote: nothing more may begin if somebody took over since. */
  async #confirm(): Promise<void> {
    const { journal, lease, owner } = this.shared;
    const { sagaName: name, sagaId: id } = this.run;
    await lease.ensure();
    const row = await journal.get({ name, id });
    if (row?.owner === owner && row.epoch === this.epoch) return;
    throw new LeaseLostError(`Saga ${name} ${id} was taken over while this process slept`);
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
