import { encodeHead, type SagaRow, type StoredSaga } from '../journal/index.js';
import { messageOf, report } from '../ports/index.js';
import { shownRef, type EngineParts } from './engine-parts.js';

/** Its records are left as they are: an operator, or a fixed codec, can still read them. */
export async function parkUnreadable(
  { journaling, environment, live, logger }: EngineParts,
  row: SagaRow,
  { entries }: StoredSaga,
): Promise<void> {
  try {
    const head = encodeHead({ type: 'parked', reason: 'unreadable' });
    const seq = entries.length + 1;
    const at = environment.clock.now();
    await journaling.journal.append({
      ref: row,
      owner: journaling.owner,
      epoch: row.epoch,
      entries: [{ seq, at, epoch: row.epoch, head, result: null, context: null }],
      status: 'parked',
      progress: false,
    });
  } catch (error) {
    report(logger, 'error', `Saga ${shownRef(row)} could not be parked; it is claimed again`, {
      error: messageOf(error),
    });
    live.leaveUnbegun(row, row.epoch);
  }
}
