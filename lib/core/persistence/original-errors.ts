import type { Run } from '../execution/index.js';
import { errorOf } from '../journal/index.js';
import type { SagaRecord } from '../machine/index.js';

/**
 * Steps see errors as a replay would; the caller in this process gets the thrown one back, or its
 * redacted copy.
 */
export function keepOriginal(run: Run, record: SagaRecord, replayed: SagaRecord): void {
  if (record === replayed) return;
  const thrown = errorOf(record);
  if (thrown === undefined) return;
  run.originals.set(errorOf(replayed), run.originals.get(thrown) ?? thrown);
}
