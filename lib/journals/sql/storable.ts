import { SagaSerializationError, type JournalEntry } from '../../core/index.js';

/** In every supported Node, but not in the library that the types are compiled against. */
type Es2024String = string & { isWellFormed(): boolean };

/**
 * SQL text holds neither NUL (Postgres) nor half of a surrogate pair (UTF-8 has no form for it, so
 * that it would come back as another text). The JSON codec escapes both inside payloads; what is
 * stored as it is has to do without.
 *
 * @throws SagaSerializationError naming what holds it.
 */
export function storable(what: string, text: string): string {
  if (!text.includes('\0') && (text as Es2024String).isWellFormed()) return text;
  throw new SagaSerializationError(
    what,
    'holds a NUL character or half of a surrogate pair, which an SQL journal cannot keep; leave it out or escape it',
  );
}

/** About how many bytes a saga or an append takes in a transaction. */
export function payloadBytes(entries: readonly JournalEntry[], input = ''): number {
  let chars = input.length;
  for (const { head, result, context } of entries) {
    chars += head.length + (result?.length ?? 0) + (context?.length ?? 0);
  }
  return chars;
}
