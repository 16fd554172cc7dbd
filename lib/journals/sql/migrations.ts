import { SagaJournalError } from '../../core/index.js';

/** One step of a schema. Append-only: what was released is never edited, only followed by another. */
export interface Migration {
  /** From 1, without gaps. */
  readonly version: number;
  readonly why: string;
  readonly statements: readonly string[];
}

/**
 * The migrations that are still to be run.
 *
 * @throws SagaJournalError when the schema is newer than this package knows: an older process would
 * write rows that the newer ones misread.
 */
export function pendingMigrations(
  known: readonly Migration[],
  current: number,
  description: string,
): readonly Migration[] {
  const newest = known.at(-1)?.version ?? 0;
  if (current > newest) {
    throw new SagaJournalError(
      `The journal ${description} has schema version ${current}, and this package knows versions up to ${newest}; update the package`,
    );
  }
  return known.filter(({ version }) => version > current);
}
