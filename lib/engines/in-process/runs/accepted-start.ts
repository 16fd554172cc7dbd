import {
  isSagaError,
  type SagaDefinition,
  type SagaHandle,
  SagaInterruptedError,
  type SagaRow,
} from '../../../core/index.js';
import { checkSame } from '../../../core/engine/index.js';
import type { EngineParts } from '../engine-parts.js';
import { AlreadyExists } from '../ownership/journaling.js';
import type { ActiveRun } from './active-run.js';
import type { ResultWaiter } from './result-waiter.js';

/**
 * The saga that a start has met: the one that had its id already, or its own one, which others have taken
 * over since. Other errors are thrown again.
 *
 * @throws SagaInterruptedError when nobody can tell whether that start was written.
 */
async function rowMet(parts: EngineParts, started: ActiveRun, error: unknown): Promise<SagaRow> {
  if (error instanceof AlreadyExists) return error.row;
  if (!isSagaError(error, 'SAGA_LEASE_LOST')) throw error;
  const { application, journal } = parts.journaling;
  const { sagaName: name, sagaId: id } = started.run;
  const unclear = (cause: unknown): never => {
    const why =
      'this process lost its lease before it knew that the start was written; start it again with the same id';
    throw new SagaInterruptedError(name, id, why, { cause });
  };
  return (await journal.get({ application, name, id }).catch(unclear)) ?? unclear(error);
}

/**
 * A start that was accepted, here or by whoever has the saga: who started it first, or took it over before
 * its start was answered.
 */
export async function accepted(
  parts: EngineParts,
  started: ActiveRun,
  definition: SagaDefinition,
  remote: ResultWaiter,
): Promise<SagaHandle> {
  try {
    await started.durable;
    return started.handle;
  } catch (error) {
    const row = await rowMet(parts, started, error);
    const { application, name, id } = row;
    const ref = { application, name, id };
    checkSame(parts.journaling.codec, ref, definition, started.input, row);
    return remote.handleOf(ref, definition);
  }
}
