import { isDeepStrictEqual } from 'node:util';
import { SagaConflictError } from '../errors/index.js';
import type { PayloadCodec, SagaRef } from '../journal/index.js';
import { quoted, shownWhole } from '../ports/index.js';

/** A saga as it was started. */
interface Started {
  readonly version: number;
  readonly fingerprint: string;
  readonly input: string;
}

function conflict(ref: SagaRef, what: 'definition' | 'input'): never {
  throw new SagaConflictError(
    `A saga ${shownWhole(ref.name)} with the id ${quoted(ref.id)} was started with another ${what}; use another id`,
  );
}

/**
 * Compares them as data, not as text.
 * @throws SagaConflictError when the id belongs to another input.
 */
export function checkInput(codec: PayloadCodec, ref: SagaRef, input: string, other: Started): void {
  if (input === other.input) return;
  if (!isDeepStrictEqual(codec.decode(input), codec.decode(other.input))) conflict(ref, 'input');
}

/** @throws SagaConflictError when the id belongs to another plan or input. */
export function checkSame(
  codec: PayloadCodec,
  ref: SagaRef,
  started: Pick<Started, 'version' | 'fingerprint'>,
  input: string,
  other: Started,
): void {
  const { version, fingerprint } = started;
  if (version !== other.version || fingerprint !== other.fingerprint) conflict(ref, 'definition');
  checkInput(codec, ref, input, other);
}
