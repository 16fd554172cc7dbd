import { isDeepStrictEqual } from 'node:util';
import type { SagaDefinition } from '../definition/index.js';
import { SagaConflictError } from '../errors/index.js';
import { codecOf, type PayloadCodec, type SagaRef } from '../journal/index.js';
import type { SagaStatus } from '../machine/index.js';
import { quoted, shownWhole } from '../ports/index.js';
import type { DefinitionRegistry } from './registry.js';

/** A saga that has the id of a start, as it was started. */
interface Started {
  readonly version: number;
  readonly fingerprint: string;
  readonly input: string;
  readonly status: SagaStatus;
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
export function checkInput(
  codec: PayloadCodec,
  ref: SagaRef,
  input: string,
  other: Pick<Started, 'input'>,
): void {
  if (input === other.input) return;
  const own = codecOf(codec, ref);
  if (!isDeepStrictEqual(own.decode(input), own.decode(other.input))) conflict(ref, 'input');
}

/**
 * A saga at rest answers whatever plan of its name is registered now: a deploy may have changed it since.
 *
 * @throws SagaConflictError when the id belongs to another input, or to another plan that is not registered
 *   or whose saga has not ended.
 */
export function checkSame(
  registry: DefinitionRegistry,
  codec: PayloadCodec,
  ref: SagaRef,
  definition: SagaDefinition,
  input: string,
  other: Started,
): void {
  const { version, fingerprint } = definition;
  const isItsPlan = version === other.version && fingerprint === other.fingerprint;
  const hasEnded = other.status !== 'running' && other.status !== 'compensating';
  if (!isItsPlan && !(hasEnded && registry.knows(definition))) conflict(ref, 'definition');
  checkInput(codec, ref, input, other);
}
