import type { Type } from '@nestjs/common';
import { nameProblem, refuseProblems } from '../../core/definition/index.js';
import { SagaNotFoundError, type SagaRef } from '../../core/index.js';
import { sagaMetadataOf } from '../discovery/index.js';

/** A saga by its name, or by the class that has its steps. */
export type SagaNamed = string | Type;

/** @throws SagaNotFoundError for a class that is no saga; SagaOptionsError for what cannot name one */
export function nameOf(saga: SagaNamed): string {
  if (typeof saga !== 'function') {
    refuseProblems([nameProblem('the saga name', saga)]);
    return saga;
  }
  const metadata = sagaMetadataOf(saga);
  if (metadata !== undefined) return metadata.name ?? saga.name;
  throw new SagaNotFoundError(`${saga.name} is no saga: it is not decorated with @Saga()`);
}

/** Before any engine is asked. @throws as {@link nameOf} */
export function refOf(saga: SagaNamed, id: string): SagaRef {
  const name = nameOf(saga);
  refuseProblems([nameProblem('id', id)]);
  return { name, id };
}
