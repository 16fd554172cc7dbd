import { accept, receive, type SagaRecord, type SagaSignal } from '../machine/index.js';
import { actLater } from './committing.js';
import type { Run } from './run.js';

/**
 * Hands a run what reaches it from outside.
 *
 * @returns whether it has changed anything
 * @throws SagaStateError when it refuses that
 */
export function deliver(run: Run, signal: SagaSignal): boolean {
  const records = accept({ id: run.sagaId }, run.definition, run.state, signal);
  take(run, records);
  return records.length > 0;
}

/**
 * As {@link deliver}, where nobody needs to be told; acts later while records are on their way in a transaction.
 * @returns whether it has changed anything
 */
export function offer(run: Run, signal: SagaSignal): boolean {
  if (actLater(run, () => offer(run, signal))) return false;
  const received = receive(run.definition, run.state, signal);
  if ('refusal' in received) return false;
  take(run, received.records);
  return received.records.length > 0;
}

function take(run: Run, records: readonly SagaRecord[]): void {
  for (const record of records) {
    run.note(record);
    if (record.type === 'cancel-requested') run.cancelActions(record.reason, record.by);
  }
}
