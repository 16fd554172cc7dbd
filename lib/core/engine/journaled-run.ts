import { isSagaError, LeaseLostError, SagaJournalError } from '../errors/index.js';
import type { AttemptInFlight, Run, RunPersistence } from '../execution/index.js';
import {
  decodeHead,
  encodeHead,
  encodePayload,
  type JournalEntry,
  type NewSaga,
} from '../journal/index.js';
import { evolve, type SagaRecord } from '../machine/index.js';
import { messageOf, report } from '../ports/index.js';
import { AlreadyExists, type Journaling } from './journaling.js';
import { carriesError, keepOriginal } from './original-errors.js';

const PROGRESS: ReadonlySet<string> = new Set([
  'done',
  'failed',
  'undone',
  'undo-failed',
  'resumed',
  'manual',
]);

/**
 * Keeps one run in the journal: what an attempt sees and what a replay would see are the same, and
 * the records of one turn are one write.
 */
export class JournaledRun implements RunPersistence {
  /** The context as it stands in the journal. */
  #context: string;
  /** Results in their stored form, by label: every reader gets a copy of his own. */
  readonly #results = new Map<string, string>();
  #seq = 0;
  #staged: { entry: JournalEntry; record: SagaRecord }[] = [];
  #tail: Promise<void> = Promise.resolve();
  /** The saga to be created by the first write. */
  #birth: Omit<NewSaga, 'entries' | 'status'> | undefined;

  constructor(
    private readonly run: Run,
    private readonly shared: Journaling,
    input: string,
    readonly epoch: number,
  ) {
    this.#context = input;
  }

  /** Lets the first write create the saga together with its first records. */
  bear(saga: Omit<NewSaga, 'entries' | 'status'>): void {
    this.#birth = saga;
  }

  /** Folds what the journal has into the run. */
  replay(entries: readonly JournalEntry[]): void {
    this.run.state.inherited = true;
    for (const entry of entries) {
      evolve(this.run.state, this.#remember(decodeHead(entry.head), entry.result));
      if (entry.context !== null) this.#context = entry.context;
      this.#seq = entry.seq;
    }
  }

  readContext(): unknown {
    return this.shared.codec.decode(this.#context);
  }

  readResult(label: string): unknown {
    const text = this.#results.get(label);
    return text === undefined ? undefined : this.shared.codec.decode(text);
  }

  stage(record: SagaRecord, attempt: AttemptInFlight | undefined): SagaRecord {
    let staged = record;
    let result: string | null = null;
    let context: string | null = null;
    try {
      result = this.#resultOf(record);
      context = this.#contextOf(attempt);
    } catch (error) {
      staged = this.#unstorable(record, error);
      result = null;
    }
    const head = encodeHead(staged);
    const seq = (this.#seq += 1);
    const at = this.run.environment.clock.now();
    const entry = { seq, at, epoch: this.epoch, head, result, context };
    if (context !== null) this.#context = context;
    const replayed = this.#remember(carriesError(staged) ? decodeHead(head) : staged, result);
    keepOriginal(this.run, record, replayed);
    this.#staged.push({ entry, record: replayed });
    return replayed;
  }

  flush(): Promise<void> {
    if (this.#staged.length > 0) this.#tail = this.#tail.then(() => this.#write());
    return this.#tail;
  }

  #resultOf(record: SagaRecord): string | null {
    if (!('result' in record)) return null;
    return record.result === undefined ? null : this.#encode(record.result, 'result');
  }

  #contextOf(attempt: AttemptInFlight | undefined): string | null {
    if (attempt?.touchedContext === undefined) return null;
    const text = this.#encode(attempt.touchedContext, 'context');
    return text === this.#context ? null : text;
  }

  #remember(record: SagaRecord, result: string | null): SagaRecord {
    if (result !== null && 'label' in record) this.#results.set(record.label, result);
    return record;
  }

  #encode(value: unknown, payload: string): string {
    const { codec, limits } = this.shared;
    const { logger, sagaId, sagaName } = this.run;
    return encodePayload(codec, limits, value, logger, { saga: sagaName, sagaId, payload });
  }

  /**
   * The effect took place, whatever cannot be stored: the record says so, without the values. An
   * undo that spoilt its copy of the context is undone all the same; the copy is dropped.
   */
  #unstorable(record: SagaRecord, error: unknown): SagaRecord {
    if (record.type === 'done') return { ...record, result: undefined, unstorable: error };
    if (record.type === 'probed') return { ...record, result: undefined };
    const { logger, sagaName: saga, sagaId } = this.run;
    const what = 'The context of a saga cannot be stored; its last change is dropped';
    report(logger, 'error', what, { saga, sagaId, error: messageOf(error) });
    return record;
  }

  async #write(): Promise<void> {
    const staged = this.#staged;
    if (staged.length === 0) return;
    this.#staged = [];
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
