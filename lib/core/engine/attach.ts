import { isDeepStrictEqual } from 'node:util';
import type { SagaHandle } from '../builder/index.js';
import { shown, type SagaDefinition } from '../definition/index.js';
import { isSagaError, SagaConflictError, SagaInterruptedError } from '../errors/index.js';
import { executionException, type Run } from '../execution/index.js';
import type { PayloadCodec, SagaRef } from '../journal/index.js';
import { viewOf, type EngineParts } from './engine-parts.js';
import { AlreadyExists } from './journaling.js';
import type { LiveSaga } from './live-sagas.js';

/** How often a saga in other hands is looked at, in ms. */
const POLL_MS = 250;

/** A saga as it was started. */
type Started = Pick<LiveSaga, 'version' | 'fingerprint' | 'input'>;

function conflict(ref: SagaRef, what: 'definition' | 'input'): never {
  throw new SagaConflictError(
    `A saga ${ref.name} with the id ${shown(ref.id)} was started with another ${what}; use another id`,
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
  isClosing: () => boolean,
): Promise<SagaHandle> {
  try {
    await started.durable;
    return started.handle;
  } catch (error) {
    if (!(error instanceof AlreadyExists)) throw error;
    const { application, name, id } = error.row;
    const ref = { application, name, id };
    checkSame(parts.journaling.codec, ref, definition, started.input, error.row);
    return attach(ref, parts, definition, isClosing);
  }
}

/** Follows a saga that was started before, here or elsewhere, to its end. */
function attach(
  ref: SagaRef,
  parts: EngineParts,
  definition: SagaDefinition,
  isClosing: () => boolean,
): SagaHandle {
  let seen: Run | undefined;
  // That the journal cannot be read is no end of the saga; that it was deleted is.
  const interrupted = (error: unknown): never => {
    if (isSagaError(error, 'SAGA_NOT_FOUND')) throw error;
    throw new SagaInterruptedError(ref.name, ref.id, 'the journal failed', { cause: error });
  };
  const follow = async (): Promise<Run> => {
    for (;;) {
      const here = parts.live.get(ref);
      if (here?.isBorn === false) {
        // A twin, perhaps, that finds the id taken.
        await here.durable.catch(() => undefined);
        continue;
      }
      seen = here?.run;
      if (here !== undefined) return (await here.handle.result()) as Run;
      const run = (seen = await viewOf(parts, ref, definition).catch(interrupted));
      if (run.isSuccess) return run;
      if (run.state.atRest) throw executionException(run);
      if (isClosing()) throw new SagaInterruptedError(ref.name, ref.id, 'shutting down');
      await new Promise<void>((resolve) => parts.environment.clock.schedule(POLL_MS, resolve));
    }
  };
  return {
    id: ref.id,
    get saga() {
      return seen as Run;
    },
    result: follow,
  };
}
