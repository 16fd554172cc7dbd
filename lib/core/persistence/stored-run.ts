import { SagaSerializationError } from '../errors/index.js';
import type { AttemptInFlight, Run, RunPersistence } from '../execution/index.js';
import {
  codecOf,
  decodeHead,
  encodeRecord,
  encodePayload,
  located,
  redactedRecord,
  type JournalEntry,
  type PayloadCodec,
} from '../journal/index.js';
import { evolve, type SagaRecord } from '../machine/index.js';
import { fullMessageOf, report, type Redact } from '../ports/index.js';
import { keepOriginal } from './original-errors.js';
import type { StagedRecord, Storing } from './storing.js';

const NONE: readonly StagedRecord[] = [];

/**
 * The stored form of one run: what an attempt sees and what a replay would see are the same. How it
 * becomes durable is up to the host.
 */
export abstract class StoredRun implements RunPersistence {
  /** The context as it stands in the store. */
  #context: string;
  /** Results in their stored form, by label: every reader gets a copy of his own. */
  readonly #results = new Map<string, string>();
  seq = 0;
  #begunAt: number | undefined;
  #staged: readonly StagedRecord[] = NONE;
  /** Of this saga. */
  readonly codec: PayloadCodec;

  constructor(
    protected readonly run: Run,
    private readonly storing: Storing,
    /** `''`: none. */
    readonly application: string,
    input: string,
    readonly epoch: number,
    readonly birth: string,
  ) {
    this.#context = input;
    this.codec = codecOf(storing.codec, { application, name: run.sagaName, id: run.sagaId });
  }

  abstract flush(): Promise<void>;

  get redact(): Redact | undefined {
    return this.storing.redact;
  }

  get begunAt(): number | undefined {
    return this.#begunAt;
  }

  /** An engine without take-overs owns it for good. */
  confirm(): Promise<void> | undefined {
    return undefined;
  }

  /** Folds what is stored into the run. */
  replay(entries: readonly JournalEntry[]): void {
    this.run.state.set({ inherited: true });
    this.#begunAt ??= entries[0]?.at;
    for (const entry of entries) {
      evolve(this.run.state, this.#remember(decodeHead(entry.head, this.codec), entry.result));
      if (entry.context !== null) this.#context = entry.context;
      this.seq = entry.seq;
    }
  }

  /**
   * Decodes all payloads before a saga that was replayed is driven: one of another codec, or under
   * another key, must not look like the failure of a step.
   *
   * @throws SagaSerializationError
   */
  checkReadable(): void {
    for (const [what, text] of [['context', this.#context], ...this.#results] as const) {
      try {
        this.codec.decode(text);
      } catch (error) {
        const why = `cannot be decoded (${fullMessageOf(error)}); was it written with another codec?`;
        throw new SagaSerializationError(what, why);
      }
    }
  }

  readContext(): unknown {
    return this.codec.decode(this.#context);
  }

  readResult(label: string): unknown {
    const text = this.#results.get(label);
    return text === undefined ? undefined : this.codec.decode(text);
  }

  stage(record: SagaRecord, attempt: AttemptInFlight | undefined): SagaRecord {
    const next = this.#stored(record, attempt, this.seq + 1);
    this.#adopt(next);
    // Not by a spread, which leaves room for sixteen more: most writes are of one record or two.
    this.#staged = this.hasStaged ? this.#staged.concat([next]) : [next];
    return next.record;
  }

  /** The next records as a transaction would store them, the last one of that attempt; nothing is changed yet. */
  prepare(
    records: readonly SagaRecord[],
    attempt: AttemptInFlight | undefined,
  ): readonly StagedRecord[] {
    const last = records.length - 1;
    return records.map((record, index) =>
      this.#stored(record, index === last ? attempt : undefined, this.seq + 1 + index),
    );
  }

  /** Folds in what was stored of {@link prepare}d records. */
  keep(prepared: readonly StagedRecord[]): void {
    for (const next of prepared) {
      this.#adopt(next);
      evolve(this.run.state, next.record);
    }
  }

  protected get hasStaged(): boolean {
    return this.#staged.length > 0;
  }

  #stored(record: SagaRecord, attempt: AttemptInFlight | undefined, seq: number): StagedRecord {
    let staged = record;
    let result: string | null = null;
    let context: string | null = null;
    // Stored apart from each other: an undo needs whichever of the two can be stored.
    try {
      context = this.#contextOf(attempt);
    } catch (error) {
      staged = this.#unstorable(record, located(error, 'in the context that it has changed'));
    }
    try {
      result = this.#resultOf(record);
    } catch (error) {
      staged = this.#unstorable(record, located(error, 'in its result'));
    }
    if (this.redact !== undefined) staged = redactedRecord(staged, this.redact);
    const { head, record: replayed } = encodeRecord(staged, this.codec);
    const at = this.run.environment.clock.now();
    const entry = { seq, at, epoch: this.epoch, head, result, context };
    keepOriginal(this.run, staged, replayed);
    return { entry, record: replayed };
  }

  #adopt({ entry, record }: StagedRecord): void {
    this.seq = entry.seq;
    if (entry.context !== null) this.#context = entry.context;
    this.#remember(record, entry.result);
  }

  /** Hands over what was staged since the last time. */
  protected take(): readonly StagedRecord[] {
    const staged = this.#staged;
    this.#staged = NONE;
    return staged;
  }

  #resultOf(record: SagaRecord): string | null {
    if (!('result' in record)) return null;
    return record.result === undefined ? null : this.encode(record.result, 'result');
  }

  #contextOf(attempt: AttemptInFlight | undefined): string | null {
    if (attempt?.touchedContext === undefined) return null;
    const text = this.encode(attempt.touchedContext, 'context');
    return text === this.#context ? null : text;
  }

  #remember(record: SagaRecord, result: string | null): SagaRecord {
    if (result !== null && 'label' in record) this.#results.set(record.label, result);
    return record;
  }

  encode(value: unknown, payload: string): string {
    const { logger, sagaId, sagaName } = this.run;
    const { limits } = this.storing;
    return encodePayload(this.codec, limits, value, logger, { saga: sagaName, sagaId, payload });
  }

  /**
   * The effect took place although something cannot be stored: the record says so, and why. An undo
   * whose copy of the context cannot be stored counts as done all the same; the copy is dropped.
   */
  #unstorable(record: SagaRecord, error: unknown): SagaRecord {
    if (record.type === 'done' || record.type === 'probed') return { ...record, unstorable: error };
    const { logger, sagaName: saga, sagaId } = this.run;
    const what = 'The context of a saga cannot be stored; its last change is dropped';
    report(logger, 'error', what, { saga, sagaId, error: fullMessageOf(error) });
    return record;
  }
}
