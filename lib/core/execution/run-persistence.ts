import type { PayloadCodec, TransactionOptions } from '../journal/index.js';
import type { SagaRecord } from '../machine/index.js';
import type { Redact } from '../ports/index.js';

/** An attempt in flight, as its run sees it. */
export interface AttemptInFlight {
  readonly direction: 'do' | 'undo';
  /** Its copy of the context; `undefined` when it has never looked at it. */
  readonly touchedContext: unknown;
  abort(reason: Error): void;
  /** Stops the work of this process at once. */
  stop(error: Error): void;
}

/** One attempt of a transactional step, for whoever runs its transaction: as often as it meets a conflict. */
export interface TransactionalWork {
  /** How its transactions are begun. */
  readonly options: TransactionOptions | undefined;
  /**
   * Calls the action or undo in the transaction. @returns the attempt when it has succeeded
   * @throws why the transaction has to be rolled back.
   */
  perform(tx: unknown): Promise<AttemptInFlight>;
  /** What is to be stored with what it did. @throws why it must be rolled back after all: it was aborted. */
  records(): readonly SagaRecord[];
  /** What is to be stored, of as many records, where nobody knows whether those were. */
  instead(error: unknown): readonly SagaRecord[];
  /** Whether the transaction may be run again: no cancel has come in between. */
  readonly mayRepeat: boolean;
}

/** What became of it. `recorded`: what {@link TransactionalWork.instead} gave was stored. */
export type Transacted =
  | { readonly committed: true }
  | { readonly committed: false; readonly error: unknown; readonly recorded: boolean };

/**
 * The journal's side of a run. Without it the run lives in memory alone, on the user's own context
 * object.
 */
export interface RunPersistence {
  /** The application of the saga; `''`: none. */
  readonly application: string;
  /** Of the last record, from 1. */
  readonly seq?: number;
  /** Tells the lives of an id apart that was used again. */
  readonly birth: string;
  /** The wall time of the first record, when another process or run wrote it. */
  readonly begunAt?: number | undefined;
  /** Takes secrets out of the texts of errors; they are staged without. */
  readonly redact?: Redact | undefined;
  /** Of this saga. */
  readonly codec: PayloadCodec;
  /** By that codec, within the limits. @throws SagaSerializationError */
  encode(value: unknown, payload: string): string;
  /** A copy of the context as it stands in the journal. */
  readContext(): unknown;
  /** A copy of a step's result as it stands in the journal; `undefined` when there is none. */
  readResult(label: string): unknown;
  /**
   * Queues a record for the next {@link flush}, with the changed context of the attempt that led to
   * it. Returns the record as a replay would read it.
   */
  stage(record: SagaRecord, attempt: AttemptInFlight | undefined): SagaRecord;
  /** Resolves when all that was staged is durable. Rejects with a journal or lease error. */
  flush(): Promise<void>;
  /** Nothing of it was noted: its first record creates it. */
  readonly isUnwritten?: boolean;
  /**
   * Runs a transaction that stores what a step does and the records of that; resolves when both are known to stand,
   * or neither. Absent where no step can be transactional.
   *
   * @throws a journal or lease error.
   */
  transact?(work: TransactionalWork): Promise<Transacted>;
  /**
   * To be asked right before anything begins. `undefined`: the saga is surely still ours; else the
   * answer must be awaited, and rejects with a journal or lease error when it is not.
   */
  confirm(): Promise<void> | undefined;
}
