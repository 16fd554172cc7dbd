import { isSagaError, type SagaRow, type StoredSaga } from '../../../core/index.js';
import { deliver, quoted, type Run, shownWhole, takeOverOf } from '../../../core/engine/index.js';
import { begin, isOnlyAccepted, listIds, type SagaReader } from '../runs/index.js';
import type { LeftSagas } from './left-sagas.js';
import type { Slots } from './slots.js';

/** Who takes over, and after how many times without progress a saga is parked instead. */
interface TakeOverTerms {
  readonly owner: string;
  readonly maxRecoveries: number;
}
/**
 * Why a saga has nothing of this plan but its name, as one of another service that shares the journal;
 * `undefined` for all others. Such a saga must be neither parked nor run here.
 */
function whyStranger({ definition, state }: Run): string | undefined {
  const labels = state.steps.map(({ label }) => label);
  if (labels.length === 0 || labels.some((label) => definition.step(label) !== undefined)) {
    return undefined;
  }
  return (
    `it has run ${listIds(labels.map(quoted))}, and no step of ${shownWhole(definition.name)} here is called so. If it ` +
    "is another service's, give each its own forRoot({ application }); if it is not, terminate it, or " +
    'bring its steps back'
  );
}

/**
 * What becomes of a saga that a recovery has claimed: it is resumed, parked because it cannot be read,
 * or left to others. None is dropped, since this process owns what it has claimed.
 */
export class ClaimedSagas {
  constructor(
    private readonly reader: SagaReader,
    private readonly slots: Slots,
    private readonly left: LeftSagas,
    private readonly terms: TakeOverTerms,
  ) {}

  async takeUp(row: SagaRow): Promise<void> {
    let stored: StoredSaga;
    try {
      stored = await this.reader.claimed(row);
    } catch (error) {
      return this.left.releaseUnloaded(row, error);
    }
    try {
      this.#resume(row, stored);
    } catch (error) {
      if (isSagaError(error, 'SAGA_NEWER')) return this.left.leaveAlone(row, error.message);
      await this.left.parkUnreadable(row, stored, error);
    }
  }

  #resume(row: SagaRow, stored: StoredSaga): void {
    const run = this.reader.load(stored);
    const stranger = whyStranger(run);
    if (stranger !== undefined) return this.left.leaveAlone(row, stranger);
    const { recoveries, cancelReason: cancel, cancelBy } = row;
    const onlyAccepted = isOnlyAccepted(stored);
    if (onlyAccepted) begin(run, row);
    else deliver(run, takeOverOf(run, { ...this.terms, cancel, cancelBy, recoveries }));
    if (this.left.leaveToNewer(row, run, stored.entries.length)) return;
    const why = onlyAccepted
      ? 'begins, whose transaction was committed'
      : 'is resumed after its process died';
    this.slots.launch(run, row, why);
  }
}
