import type { CancelRequest, SagaRef } from '../../../core/index.js';
import { offer, type Run } from '../../../core/engine/index.js';

/** What ownership must know of the active runs of this process. */
export interface OwnedRuns {
  readonly size: number;
  get(ref: SagaRef): { readonly run: Run } | undefined;
  /**
   * After a stall: each asks the journal whether this process still owns it, and stops when it does
   * not.
   */
  confirmAll(): void;
  /** Stops all of them at once. */
  stopAll(error: () => Error): void;
}

/**
 * Makes a cancel that was requested in the saga's row a record, unless it is one already, or comes too
 * late. The request stays in the row, for whoever takes the saga over before the record is durable.
 */
export function hearCancel(run: Run, { reason, by: actor }: CancelRequest): void {
  const named = actor === undefined ? {} : { actor };
  if (run.state.atRest || !offer(run, { type: 'cancel', by: 'operator', reason, ...named })) return;
  run.persistence?.flush().catch(() => undefined);
}
