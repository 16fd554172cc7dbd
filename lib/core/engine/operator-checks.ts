import { SagaNotFoundError, SagaStateError } from '../errors/index.js';
import { codecOf, encodePayload, type SagaRef } from '../journal/index.js';
import type { OperatorCommand, SagaStatus } from '../machine/index.js';
import type { Storing } from '../persistence/index.js';
import { shownSaga, type SagaLogger } from '../ports/index.js';
import type { DefinitionRegistry } from './registry.js';

/** @throws SagaNotFoundError: it names the known sagas, which an unknown id could not tell. */
export function refuseUnknown(registry: DefinitionRegistry, { name, id }: SagaRef): never {
  registry.get(name);
  throw new SagaNotFoundError(`No saga ${shownSaga(name, id)} is known`);
}

/** @throws SagaStateError for a saga that is not at rest. */
export function refuseToForget({ name, id }: SagaRef, status: SagaStatus): never {
  const why = `it is ${status}; only sagas at rest can be forgotten`;
  throw new SagaStateError(`Cannot forget saga ${shownSaga(name, id)}: ${why}`);
}

/**
 * The result that an operator gives for a step, in its stored form: it must be storable like the result
 * of an action, and is refused before anything is written.
 *
 * @throws SagaSerializationError
 */
export function resultByHand(
  { codec, limits }: Storing,
  ref: SagaRef,
  command: OperatorCommand,
  logger: SagaLogger,
): string | undefined {
  if (command.act !== 'mark-done' || command.result === undefined) return undefined;
  const fields = { saga: ref.name, sagaId: ref.id, payload: 'result' };
  return encodePayload(codecOf(codec, ref), limits, command.result, logger, fields);
}
