import type { JournalEntry, PayloadCodec, PayloadLimits } from '../journal/index.js';
import type { SagaRecord } from '../machine/index.js';
import type { Redact } from '../ports/index.js';

/** How payloads are stored. */
export interface Storing {
  readonly codec: PayloadCodec;
  readonly limits: PayloadLimits;
  /** Takes secrets out of the texts of errors; never throws. */
  readonly redact?: Redact | undefined;
}

/** A record on its way to the store, as it is stored and as a replay would read it. */
export interface StagedRecord {
  readonly entry: JournalEntry;
  readonly record: SagaRecord;
}
