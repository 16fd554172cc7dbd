import { isDeepStrictEqual } from 'node:util';
import type { SagaHandle } from '../builder/index.js';
import type { SagaDefinition } from '../definition/index.js';
import { SagaConflictError } from '../errors/index.js';
import type { PayloadCodec, SagaRef } from '../journal/index.js';
import { quoted, shownWhole } from '../ports/index.js';
import type { EngineParts } from './engine-parts.js';
import { AlreadyExists } from './journaling.js';
import type { LiveSaga } from './live-sagas.js';
import type { RemoteEnds } from './remote-ends.js';

/** A saga as it was started. */
type Started = Pick<LiveSaga, 'version' | 'fingerprint' | 'input'>;

function conflict(ref: SagaRef, what: 'definition' | 'input'): never {
  throw new SagaConflictError(
    `A saga ${shownWhole(ref.name)} with the id ${quoted(ref.id)} was started with another ${what}; use another id`,
  );
}

/** As data. @throws SagaConflictError when the id belongs to another input. */
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

/** A start that was accepted, here or, when the id is taken, by whoever started it first. */
export async function accepted(
  parts: EngineParts,
  started: LiveSaga,
  definition: SagaDefinition,
  remote: RemoteEnds,
): Promise<SagaHandle> {
  try {
    await started.durable;
    return started.handle;
  } catch (error) {
    if (!(error instanceof AlreadyExists)) throw error;
    const { application, name, id } = error.row;
    const ref = { application, name, id };
    checkSame(parts.journaling.codec, ref, definition, started.input, error.row);
    return remote.handleOf(ref, definition);
  }
}
