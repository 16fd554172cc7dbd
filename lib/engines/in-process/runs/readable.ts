import { SagaNewerError, SagaSerializationError, type StoredSaga } from '../../../core/index.js';
import { damageOf, SAGA_STATUSES, shown, shownSaga } from '../../../core/engine/index.js';
/**
 * @throws SagaNewerError for a status that only a later version knows; SagaSerializationError when what is
 * stored is not all that was written.
 */
export function refuseUnreadable(stored: StoredSaga): void {
  const { name, id, status } = stored.row;
  const saga = shownSaga(name, id);
  if (!SAGA_STATUSES.includes(status)) {
    const what = `Saga ${saga} has the status ${shown(status)}`;
    throw new SagaNewerError(`${what}, which only a later version of this package knows`);
  }
  const damage = damageOf(stored);
  if (damage === undefined) return;
  throw new SagaSerializationError(`saga ${saga}`, `cannot be read: ${damage}`);
}
