import type { SagaRef } from '../../../core/index.js';
import { offer, type Run } from '../../../core/engine/index.js';

/** The sagas that this process works on, as far as it must own them. */
export interface OwnedRuns {
  readonly size: number;
  get(ref: SagaRef): { readonly run: Run } | undefined;
  /** After a stall: each asks whether it is still this process's own, and stops when it is not. */
  confirmAll(): void;
  /** Takes this process's hands off all of them at once. */
  stopAll(error: () => Error): void;
}

/**
 * Makes a wish to cancel that stands in the saga's row a record, unless it is one already, or comes too
 * late. The row keeps it: who takes the saga over before the record is durable meets it there.
 */
export function hearCancel(run: Run, reason: string): void {
  if (run.state.atRest || !offer(run, { type: 'cancel', by: 'operator', reason })) return;
  run.persistence?.flush().catch(() => undefined);
}
