import { isStorable } from '../../core/definition/index.js';
import { SagaSerializationError, type JournalEntry } from '../../core/index.js';

/**
 * The JSON codec escapes inside payloads what SQL text cannot hold; what is stored as it is has to do
 * without.
 *
 * @throws SagaSerializationError naming what holds it.
 */
export function storable(what: string, text: string): string {
  if (isStorable(text)) return text;
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
