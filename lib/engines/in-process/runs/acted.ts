import type { AuditEntry, SagaSignal } from '../../../core/index.js';
import { deliver, type Run } from '../../../core/engine/index.js';
import type { JournaledRun } from './journaled-run.js';

/**
 * Hands a run an operator's signal; what comes of it is written together with its entry of the audit.
 *
 * @throws SagaStateError when the run refuses it
 */
export function act(run: Run, signal: SagaSignal, entry: AuditEntry | undefined): void {
  const hasChanged = deliver(run, signal);
  if (hasChanged && entry !== undefined) (run.persistence as JournaledRun).acted(entry);
}
