import type { ClaimRequest, JournalEntry, SagaRow } from '../../core/index.js';

export const LIVE: ReadonlySet<string> = new Set(['running', 'compensating']);
export const AT_REST: ReadonlySet<string> = new Set(['completed', 'compensated', 'parked']);
export const ENDED: ReadonlySet<string> = new Set(['completed', 'compensated']);

/** A saga as it is kept. */
export interface Stored {
  row: SagaRow;
  /** Who worked on it when it was taken by force. */
  takenFrom?: string | undefined;
  readonly entries: JournalEntry[];
  /** Order of creation, for the cursor. */
  readonly ordinal: number;
}

/** Makes it the claimer's. Taken up at rest, a wish to cancel that was left before is over. */
export function claim(stored: Stored, { owner, force }: ClaimRequest): void {
  const { row } = stored;
  const isAtRest = AT_REST.has(row.status);
  const isTaken = force === true && !isAtRest && row.owner !== owner;
  stored.takenFrom = isTaken ? (row.owner ?? undefined) : undefined;
  stored.row = {
    ...row,
    ...{ owner, epoch: row.epoch + 1, wakeAt: null },
    // Nobody has died who let it sleep.
    recoveries: row.recoveries + (row.wakeAt === null ? 1 : 0),
    ...(isAtRest && { cancelReason: null }),
  };
}

/** Nobody's; where somebody has asked to cancel it, its time has come. */
export function asleep(row: SagaRow, until: number, now: number): SagaRow {
  const wakeAt = row.cancelReason === null ? until : Math.min(until, now);
  return { ...row, owner: null, wakeAt };
}

/** The order in which suspects are claimed. */
export function bySuspicion(a: Stored, b: Stored): number {
  const count = a.row.recoveries;
  if (count !== b.row.recoveries) return b.row.recoveries - count;
  return count % 2 === 0 ? a.ordinal - b.ordinal : b.ordinal - a.ordinal;
}
