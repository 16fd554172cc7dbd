import { isDeepStrictEqual } from 'node:util';
import type { SagaHandle } from '../builder/index.js';
import type { SagaDefinition } from '../definition/index.js';
import { isSagaError, SagaConflictError, SagaInterruptedError } from '../errors/index.js';
import type { PayloadCodec, SagaRef, SagaRow } from '../journal/index.js';
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

/**
 * The saga that a start has met: the one that had its id already, or its own one, which others have taken
 * over since. Other errors are thrown again.
 *
 * @throws SagaInterruptedError when nobody can tell whether that start was written.
 */
async function rowMet(parts: EngineParts, started: LiveSaga, error: unknown): Promise<SagaRow> {
  if (error instanceof AlreadyExists) return error.row;
  if (!isSagaError(error, 'SAGA_LEASE_LOST')) throw error;
  const { application, journal } = parts.journaling;
  const { sagaName: name, sagaId: id } = started.run;
  const unclear = (cause: unknown): never => {
    const why =
      'this process lost its lease before it knew that the start was written; start it again with the same id';
    throw new SagaInterruptedError(name, id, why, { cause });
  };
  return (await journal.get({ application, name, id }).catch(unclear)) ?? unclear(error);
}

/**
 * A start that was accepted, here or by whoever has the saga: who started it first, or took it over before
 * its start was answered.
 */
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
    const row = await rowMet(parts, started, error);
    const { application, name, id } = row;
    const ref = { application, name, id };
    checkSame(parts.journaling.codec, ref, definition, started.input, row);
    return remote.handleOf(ref, definition);
  }
}
