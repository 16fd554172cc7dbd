import { SagaSerializationError } from '../errors/index.js';
import type { JournalEntry } from './stored-saga.js';

/** A record as stores write it down, in JSON; what is `null` at its end is left out. */
export type PackedEntry = readonly [
  seq: number,
  at: number,
  epoch: number,
  head: string,
  result?: string | null,
  context?: string | null,
];

export function packEntry({ seq, at, epoch, head, result, context }: JournalEntry): PackedEntry {
  if (context !== null) return [seq, at, epoch, head, result, context];
  return result === null ? [seq, at, epoch, head] : [seq, at, epoch, head, result];
}

/** @throws SagaSerializationError for what is none. */
export function unpackEntry(packed: unknown): JournalEntry {
  if (!isPacked(packed)) throw new SagaSerializationError('a record', 'is not one');
  const [seq, at, epoch, head, result = null, context = null] = packed;
  return { seq, at, epoch, head, result, context };
}

function isPacked(value: unknown): value is PackedEntry {
  if (!Array.isArray(value) || value.length > 6) return false;
  const [seq, at, epoch, head, result = null, context = null] = value as unknown[];
  const isPlaced = Number.isInteger(seq) && Number.isInteger(epoch) && typeof at === 'number';
  return isPlaced && typeof head === 'string' && isTextOrNull(result) && isTextOrNull(context);
}

function isTextOrNull(value: unknown): boolean {
  return value === null || typeof value === 'string';
}
