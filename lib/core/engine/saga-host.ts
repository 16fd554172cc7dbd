import type { ISagaRunContext, SagaDefinition } from '../definition/index.js';
import type { SagaHeaders } from '../execution/index.js';

/** How one saga is started. */
export interface SagaStartOptions {
  /**
   * Unique per saga name, up to 255 bytes. Like all that is kept as it is (names, labels, keys,
   * tags) it may not hold NUL or half of a surrogate pair, which databases cannot keep. Starting the
   * same id again with the same definition and input waits for the first one.
   * @default a random UUID
   */
  readonly id?: string;
  /** A business key to find the saga by, up to 255 bytes. */
  readonly key?: string;
  /** Further attributes to find the saga by, up to 32; names and values up to 255 bytes. */
  readonly tags?: Readonly<Record<string, string>>;
  /**
   * Kept with the saga and shown to observers and interceptors, in whatever process: `traceparent`,
   * `baggage`, an id to correlate by. Never in events, logs or lists. Up to 32, of 4,096 bytes in all,
   * with names as those of HTTP, and without line breaks. Those of the first start of an id stay.
   */
  readonly headers?: SagaHeaders;
  /** When the saga is cancelled if it has not ended: a time, or ms from now. */
  readonly deadline?: Date | number;
  /**
   * Your open transaction: the saga is stored with what else it changes, or not at all, and begins after your
   * commit. The handle's `result()` waits for that, so it is not to be awaited inside; nor is `runAsync()`.
   * Needs `forRoot({ transactions })` and a journal in the same database. @default none
   *
   * @throws SagaOptionsError for what is no open transaction of that database; nothing is stored then.
   */
  readonly transaction?: unknown;
}

/** A saga that was accepted. */
export interface SagaHandle<TRunContext = ISagaRunContext<unknown>> {
  readonly id: string;
  /** The saga as this process sees it; absent while another process drives it. */
  readonly saga?: TRunContext;
  /**
   * Resolves when the saga has completed.
   *
   * @throws SagaExecutionException when it was compensated or parked; SagaInterruptedError when this
   * process stopped working on it before its end.
   */
  result(): Promise<TRunContext>;
}

/** Where a chain runs when it is not a bare one: an engine with a journal. */
export interface SagaHost {
  /**
   * Resolves when the start is durable.
   *
   * @throws SagaConflictError when the id is taken by another definition or input.
   */
  start(
    definition: SagaDefinition,
    context: unknown,
    options: SagaStartOptions & { readonly resumeFrom?: string },
  ): Promise<SagaHandle>;

  /**
   * As {@link start}, for a caller who only waits for the end: a host may leave out the answer that the
   * start is durable, and throw with the end what `start` would have thrown.
   *
   * @default start
   */
  begin?(...args: Parameters<SagaHost['start']>): Promise<SagaHandle>;
}
