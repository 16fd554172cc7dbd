import { isDeepStrictEqual } from 'node:util';
import type { SagaHandle } from '../builder/index.js';
import type { SagaDefinition } from '../definition/index.js';
import { SagaConflictError, SagaInterruptedError } from '../errors/index.js';
import { executionException, type Run } from '../execution/index.js';
import type { PayloadCodec, SagaRef } from '../journal/index.js';
import type { Clock } from '../ports/index.js';
import type { LiveSagas } from './live-sagas.js';

/** How often a saga in other hands is looked at, in ms. */
const POLL_MS = 250;

/** Inputs are compared as data. @throws SagaConflictError when the id belongs to another plan or input. */
export function checkSame(
  codec: PayloadCodec,
  definition: SagaDefinition,
  input: string,
  other: { readonly version: number; readonly fingerprint: string; readonly input: string },
): void {
  const what =
    definition.version !== other.version || definition.fingerprint !== other.fingerprint
      ? 'definition'
      : input !== other.input && !isDeepStrictEqual(codec.decode(input), codec.decode(other.input))
        ? 'input'
        : undefined;
  if (what === undefined) return;
  throw new SagaConflictError(
    `A saga ${definition.name} of that id was started with another ${what}; use another id`,
  );
}

/** Follows a saga that was started before, here or elsewhere, to its end. */
export function attach(
  ref: SagaRef,
  live: LiveSagas,
  { clock, isClosing }: { readonly clock: Clock; readonly isClosing: () => boolean },
  view: () => Promise<Run>,
): SagaHandle {
  let seen: Run | undefined;
  // That the journal cannot be read is no end of the saga.
  const interrupted = (error: unknown): never => {
    throw new SagaInterruptedError(ref.name, ref.id, 'the journal failed', { cause: error });
  };
  const follow = async (): Promise<Run> => {
    for (;;) {
      const here = live.get(ref);
      seen = here?.run;
      if (here !== undefined) return (await here.handle.result()) as Run;
      const run = (seen = await view().catch(interrupted));
      if (run.isSuccess) return run;
      if (run.state.atRest) throw executionException(run);
      if (isClosing()) throw new SagaInterruptedError(ref.name, ref.id, 'shutting down');
      await new Promise<void>((resolve) => clock.schedule(POLL_MS, resolve));
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
