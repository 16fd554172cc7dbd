import {
  isSagaError,
  type SagaDefinition,
  type SagaHandle,
  SagaInterruptedError,
  type SagaRow,
  type SagaSignal,
} from '../../../core/index.js';
import { deliver, type Run, takeOverOf } from '../../../core/engine/index.js';
import { claimedSaga, type EngineParts } from '../engine-parts.js';

/**
 * Takes in the signal of a saga that this process has just claimed, and carries it on.
 *
 * @throws SagaInterruptedError when others have claimed it since: the saga goes on there (28).
 */
export async function takeUp(
  parts: EngineParts,
  row: SagaRow,
  plan: SagaDefinition,
  signal: SagaSignal,
): Promise<SagaHandle> {
  try {
    return await carriedOn(parts, row, plan, signal);
  } catch (error) {
    if (!isSagaError(error, 'SAGA_LEASE_LOST')) throw error;
    throw new SagaInterruptedError(row.name, row.id, error.message, { cause: error });
  }
}

async function carriedOn(
  parts: EngineParts,
  row: SagaRow,
  plan: SagaDefinition,
  signal: SagaSignal,
): Promise<SagaHandle> {
  const { live, journaling, runs } = parts;
  let run: Run;
  try {
    run = runs.load(plan, await claimedSaga(parts, row));
    deliver(run, takeOverOf(run, { owner: journaling.owner }));
    deliver(run, signal);
  } catch (error) {
    // Claimed, but not worked on: as long as this process lives, nobody else could.
    live.releaseUnstarted(row, row.epoch);
    throw error;
  }
  const launched = live.launch(run, row.input, row.deadline);
  await launched.durable;
  return launched.handle;
}
