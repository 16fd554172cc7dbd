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

/**
 * The journal's side of a run. Without it the run lives in memory alone, on the user's own context
 * object.
 */
export interface RunPersistence {
  /** The application of the saga; `''`: none. */
  readonly application: string;
  /** Tells the lives of an id apart that was used again. */
  readonly birth: string;
  /** The wall time of the first record, when another process or run wrote it. */
  readonly begunAt?: number | undefined;
  /** Takes secrets out of the texts of errors; they are staged without. */
  readonly redact?: Redact | undefined;
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
  /**
   * To be asked right before anything begins. `undefined`: the saga is surely still ours; else the
   * answer must be awaited, and rejects with a journal or lease error when it is not.
   */
  confirm(): Promise<void> | undefined;
}
