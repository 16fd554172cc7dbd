import type { SagaExecution } from '../../lib/engines/restate/saga-execution.js';
import type { Turn } from '../../lib/engines/restate/turn.js';

/** The one turn of a saga that has no stages. */
export function dueOf({ due }: SagaExecution): Turn {
  const [turn] = due;
  if (turn === undefined || due.length > 1) throw new Error(`${due.length} turns are due`);
  return turn;
}
