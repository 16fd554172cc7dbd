import type { SagaRef } from '../../core/index.js';
import { AttachedSaga, type DefinitionRegistry } from '../../core/engine/index.js';
import { viewRun } from './restate-run.js';
import { ResultWaiter, type WaiterParts } from './result-waiter.js';

/** A saga as the server has it, and its end. @throws SagaNotFoundError for a name that nobody here knows */
export async function attach(
  parts: WaiterParts,
  registry: DefinitionRegistry,
  ref: SagaRef,
): Promise<AttachedSaga | undefined> {
  const kept = await parts.store.find(ref);
  if (kept === undefined) return undefined;
  const { row, entries } = kept;
  const definition = registry.get(ref.name, row.version);
  const run = viewRun(parts.runs, definition, ref.id, row, entries);
  const waiter = new ResultWaiter(parts, ref, definition, row.input);
  return new AttachedSaga(run, () => waiter.result());
}
