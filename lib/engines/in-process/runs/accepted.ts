import type { SagaRow, StoredSaga } from '../../../core/index.js';
import { decodeHead, offer, type Run } from '../../../core/engine/index.js';

/** Started in a transaction, and begun by nobody: to take it up is its begin, and no recovery. */
export function isOnlyAccepted({ row, entries }: StoredSaga): boolean {
  const [first] = entries;
  if (first === undefined || entries.length > 1 || row.recoveries > 0) return false;
  return decodeHead(first.head).type === 'accepted';
}

/** What was asked of it before anybody had it. */
export function begin(run: Run, { cancelReason: reason, cancelBy }: SagaRow): void {
  const actor = cancelBy === null ? {} : { actor: cancelBy };
  if (reason !== null) offer(run, { type: 'cancel', by: 'operator', reason, ...actor });
}
