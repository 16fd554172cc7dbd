import type { SagaRecord, SagaRow, SagaStatus } from '../../../core/index.js';
import { encodeHead } from '../../../core/engine/index.js';
import type { EngineParts } from '../engine-parts.js';

/**
 * Adds records to a saga that this process has claimed and does not drive, behind those that perhaps nobody
 * can read. @throws what the journal throws
 */
export async function addRecords(
  { journaling, environment, runs }: EngineParts,
  row: SagaRow,
  nextSeq: number,
  status: SagaStatus,
  records: readonly SagaRecord[],
): Promise<void> {
  const at = environment.clock.now();
  const { epoch } = row;
  const entries = records.map((record, index) => {
    const head = encodeHead(record);
    return { seq: nextSeq + index, at, epoch, head, result: null, context: null };
  });
  const owned = { ref: row, owner: journaling.owner, epoch } as const;
  await journaling.journal.append({ ...owned, entries, status, progress: status !== 'parked' });
  for (const record of records) runs.tell(row, record, at);
}
