import { isObject } from '../definition/index.js';
import { SagaSerializationError } from '../errors/index.js';
import type { JournalEntry } from './stored-saga.js';

/** A record as stores write it down, in JSON; what is `null` at its end is left out. */
type Packed<Head> = readonly [
  seq: number,
  at: number,
  epoch: number,
  head: Head,
  result?: string | null,
  context?: string | null,
];

/** With its head as a text in the text. */
export type PackedEntry = Packed<string>;

export function packEntry({ seq, at, epoch, head, result, context }: JournalEntry): PackedEntry {
  if (context !== null) return [seq, at, epoch, head, result, context];
  return result === null ? [seq, at, epoch, head] : [seq, at, epoch, head, result];
}

/** The same as text, with its head as it is: a text in a text takes longer to write, and more room. */
export function packedText({ seq, at, epoch, head, result, context }: JournalEntry): string {
  const written = `[${seq},${at},${epoch},${head}`;
  if (context !== null) return `${written},${JSON.stringify(result)},${JSON.stringify(context)}]`;
  return result === null ? `${written}]` : `${written},${JSON.stringify(result)}]`;
}

/** @throws SagaSerializationError for what is none. */
export function unpackEntry(packed: unknown): JournalEntry {
  if (!isPacked(packed)) throw new SagaSerializationError('a record', 'is not one');
  const [seq, at, epoch, head, result = null, context = null] = packed;
  const text = typeof head === 'string' ? head : JSON.stringify(head);
  return { seq, at, epoch, head: text, result, context };
}

function isPacked(value: unknown): value is Packed<string | object> {
  if (!Array.isArray(value) || value.length > 6) return false;
  const [seq, at, epoch, head, result = null, context = null] = value as unknown[];
  const isPlaced = Number.isInteger(seq) && Number.isInteger(epoch) && typeof at === 'number';
  return (
    isPlaced &&
    (typeof head === 'string' || isObject(head)) &&
    isTextOrNull(result) &&
    isTextOrNull(context)
  );
}

function isTextOrNull(value: unknown): boolean {
  return value === null || typeof value === 'string';
}
