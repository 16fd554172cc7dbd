import type { Run } from '../execution/index.js';
import type { SagaRecord } from '../machine/index.js';

function errorOf(record: SagaRecord): unknown {
  return record.type === 'compensating'
    ? record.cause.error
    : 'error' in record
      ? record.error
      : undefined;
}

/** Errors are what looks different once it was stored. */
export function carriesError(record: SagaRecord): boolean {
  return 'unstorable' in record || errorOf(record) !== undefined;
}

/**
 * Steps see errors as a replay would; the caller in this process gets the thrown one back, or its
 * redacted copy.
 */
export function keepOriginal(run: Run, record: SagaRecord, replayed: SagaRecord): void {
  const thrown = errorOf(record);
  if (thrown === undefined || record === replayed) return;
  run.originals.set(errorOf(replayed), run.originals.get(thrown) ?? thrown);
}
