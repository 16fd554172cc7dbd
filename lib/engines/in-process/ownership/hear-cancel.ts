import { offer, type Run } from '../../../core/engine/index.js';
/**
 * Makes a wish to cancel that stands in the saga's row a record, unless it is one already, or comes too
 * late. The row keeps it: who takes the saga over before the record is durable meets it there.
 */
export function hear(run: Run, reason: string): void {
  if (run.state.atRest || !offer(run, { type: 'cancel', by: 'operator', reason })) return;
  run.persistence?.flush().catch(() => undefined);
}
