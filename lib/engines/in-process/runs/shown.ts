import type { SagaRef } from '../../../core/index.js';
import { shownSaga } from '../../../core/engine/index.js';

export function shownRef(ref: SagaRef): string {
  return shownSaga(ref.name, ref.id);
}

/** How many ids one line of the log names. */
const MAX_SHOWN = 5;

/** All of a handful; of more, the first ones and how many there are. */
export function listIds(ids: readonly string[]): string {
  if (ids.length <= MAX_SHOWN) return ids.join(', ');
  return `${ids.slice(0, MAX_SHOWN).join(', ')} and ${ids.length - MAX_SHOWN} more`;
}
