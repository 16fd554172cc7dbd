import {
  SagaNotFoundError,
  type SagaRef,
  type SagaRow,
  SagaState,
  type StoredSaga,
} from '../../../core/index.js';
import { accept, type CommandSignal, fullMessageOf, report } from '../../../core/engine/index.js';
import { addRecords } from '../runs/add-records.js';
import { claimedSaga, shownRef, storedRow, type EngineParts } from '../engine-parts.js';
import { planWithoutSteps } from '../runs/run-factory.js';

/** Its records are left as they are: an operator, or a fixed codec, can still read them. */
export async function parkUnreadable(
  parts: EngineParts,
  row: SagaRow,
  { nextSeq }: StoredSaga,
): Promise<void> {
  try {
    await addRecords(parts, row, nextSeq, 'parked', [{ type: 'parked', reason: 'unreadable' }]);
  } catch (error) {
    const what = `Saga ${shownRef(row)} could not be parked; it is claimed again`;
    report(parts.logger, 'error', what, { error: fullMessageOf(error) });
    parts.live.releaseUnstarted(row, row.epoch);
  }
}

/**
 * Terminates a saga that this process does not work on, without reading its records. One that another
 * process works on is taken from it: that is fenced at once, and stops when its heartbeat tells it.
 *
 * @throws SagaNotFoundError, or SagaStateError when it has ended.
 */
export async function terminate(
  parts: EngineParts,
  ref: SagaRef,
  signal: CommandSignal,
): Promise<void> {
  const seen = await storedRow(parts, ref);
  const plan = planWithoutSteps(seen);
  const state = new SagaState();
  state.status = seen.status;
  const records = accept(ref, plan, state, signal);
  const [row] = await parts.claims.claim({ names: [ref.name], limit: 1, id: ref.id, force: true });
  if (row === undefined) throw new SagaNotFoundError(`Saga ${shownRef(ref)} was just deleted`);
  try {
    const { nextSeq } = await claimedSaga(parts, row);
    const { owner } = parts.journaling;
    const takenOver = accept(ref, plan, state, { type: 'take-over', owner });
    await addRecords(parts, row, nextSeq, 'parked', [...takenOver, ...records]);
  } catch (error) {
    parts.live.releaseUnstarted(row, row.epoch);
    throw error;
  }
}
