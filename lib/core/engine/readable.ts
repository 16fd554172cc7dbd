import { shown } from '../definition/index.js';
import { SagaNewerError, SagaSerializationError } from '../errors/index.js';
import { damageOf, type StoredSaga } from '../journal/index.js';
import { SAGA_STATUSES } from '../machine/index.js';

/**
 * @throws SagaNewerError for a status that only a later version knows; SagaSerializationError when what is
 * stored is not all that was written.
 */
export function refuseUnreadable(stored: StoredSaga): void {
  const { name, id, status } = stored.row;
  if (!SAGA_STATUSES.includes(status)) {
    const what = `Saga ${name} ${id} has the status ${shown(status)}`;
    throw new SagaNewerError(`${what}, which only a later version of this package knows`);
  }
  const damage = damageOf(stored);
  if (damage === undefined) return;
  throw new SagaSerializationError(`saga ${name} ${id}`, `cannot be read: ${damage}`);
}
