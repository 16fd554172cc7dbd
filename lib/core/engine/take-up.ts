import type { SagaHandle } from '../builder/index.js';
import type { SagaDefinition } from '../definition/index.js';
import { isSagaError, SagaInterruptedError } from '../errors/index.js';
import { recoveredRecord, type Run } from '../execution/index.js';
import type { SagaRow } from '../journal/index.js';
import type { SagaRecord } from '../machine/index.js';
import { claimedSaga, type EngineParts } from './engine-parts.js';

/**
 * Notes the record of a saga that this process has just claimed, and carries it on.
 *
 * @throws SagaInterruptedError when others have claimed it since: the saga goes on there (28).
 */
export async function takeUp(
  parts: EngineParts,
  row: SagaRow,
  plan: SagaDefinition,
  recordOf: (run: Run) => SagaRecord,
): Promise<SagaHandle> {
  try {
    return await carriedOn(parts, row, plan, recordOf);
  } catch (error) {
    if (!isSagaError(error, 'SAGA_LEASE_LOST')) throw error;
    throw new SagaInterruptedError(row.name, row.id, error.message, { cause: error });
  }
}

async function carriedOn(
  parts: EngineParts,
  row: SagaRow,
  plan: SagaDefinition,
  recordOf: (run: Run) => SagaRecord,
): Promise<SagaHandle> {
  const { live, journaling, runs } = parts;
  let run: Run;
  try {
    run = runs.load(plan, await claimedSaga(parts, row));
    run.note(recoveredRecord(run, journaling.owner));
    run.note(recordOf(run));
  } catch (error) {
    // Claimed, but not worked on: as long as this process lives, nobody else could.
    live.leaveUnbegun(row, row.epoch);
    throw error;
  }
  const launched = live.launch(run, row.input, row.deadline);
  await launched.durable;
  return launched.handle;
}
