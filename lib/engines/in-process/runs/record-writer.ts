import {
  type AuditEntry,
  evolve,
  type JournalEntry,
  type SagaRecord,
  type SagaRow,
  SagaState,
  type SagaStatus,
} from '../../../core/index.js';
import { encodeHead } from '../../../core/engine/index.js';
import type { JournalAccess } from '../ownership/index.js';
import type { ObservedRuns } from './observed-runs.js';

/** A record that holds nothing of the user's, as it is stored. */
export function bareEntry(
  record: SagaRecord,
  place: Pick<JournalEntry, 'seq' | 'at' | 'epoch'>,
): JournalEntry {
  return { ...place, head: encodeHead(record), result: null, context: null };
}

/** Writes records of sagas that this process has claimed and does not drive. */
export class RecordWriter {
  constructor(
    private readonly access: JournalAccess,
    private readonly observed: ObservedRuns,
  ) {}

  /**
   * Adds records after those that are there, which perhaps nobody can read.
   * @throws what the journal throws
   */
  async add(
    row: SagaRow,
    nextSeq: number,
    status: SagaStatus,
    records: readonly SagaRecord[],
    audit?: AuditEntry,
  ): Promise<void> {
    const { journal, owner } = this.access;
    const at = this.observed.environment.clock.now();
    const { epoch } = row;
    const entries = records.map((record, index) =>
      bareEntry(record, { seq: nextSeq + index, at, epoch }),
    );
    const progress = status !== 'parked';
    const batch = { ref: row, owner, epoch, entries, status, progress };
    // Of these records alone: those before them are perhaps what nobody can read.
    const state = new SagaState();
    for (const record of records) evolve(state, record);
    const { parked } = state;
    const parking = parked === undefined ? {} : { parked };
    await journal.append({ ...batch, ...parking, ...(audit && { audit: [audit] }) });
    for (const record of records) this.observed.tell(row, record, at);
  }
}
