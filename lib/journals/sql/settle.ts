import { isSagaError, type Journal, type JournalBatch } from '../../core/index.js';

/**
 * Appends in place of records of the same seqs, of which nobody knows whether they were stored: whichever was first has
 * them. @returns whether these were stored @throws LeaseLostError when the saga has another owner
 */
export async function settle(
  journal: Pick<Journal, 'append' | 'load'>,
  batch: JournalBatch,
  append: () => Promise<unknown> = () => journal.append(batch),
): Promise<boolean> {
  try {
    await append();
    return true;
  } catch (error) {
    if (!isSagaError(error, 'SAGA_LEASE_LOST')) throw error;
    const stored = await journal.load(batch.ref);
    const { owner, epoch, entries } = batch;
    const isOurs = stored?.row.owner === owner && stored.row.epoch === epoch;
    const [first] = entries;
    if (!isOurs || first === undefined || stored.nextSeq <= first.seq) throw error;
    return false;
  }
}
