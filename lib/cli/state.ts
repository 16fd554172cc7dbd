import { evolve, SagaState, type RecordHead } from '../core/index.js';
import { decodeHead } from '../core/engine/index.js';

/** By the records that can be read: one that cannot hides nothing of the others. */
export function stateOf(entries: readonly RecordHead[]): SagaState {
  const state = new SagaState();
  for (const { head } of entries) {
    try {
      evolve(state, decodeHead(head));
    } catch {
      // Of a later version, or damaged: the details of the saga tell of it.
    }
  }
  return state;
}
