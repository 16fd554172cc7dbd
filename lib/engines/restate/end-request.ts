import type { SagaRef } from '../../core/index.js';
import type { RestateServer } from './server.js';
import type { Output, StartInput } from './wire.js';

/** Asks for the end of a saga: the first time, and again after it was cut off. */
export type EndRequest = (signal: AbortSignal, tries: number) => Promise<Output>;

/**
 * Starts a saga and waits for its end in one request.
 *
 * @param checkTaken Called when the id is taken: throws unless by the same saga.
 */
export function startAndAwaitEnd(
  server: RestateServer,
  ref: SagaRef,
  input: StartInput,
  checkTaken: () => Promise<void>,
): EndRequest {
  // Once it is known to have been accepted it is never started again: it may have been forgotten since.
  let isKnown = false;
  return async (signal, tries) => {
    signal.throwIfAborted();
    if (tries === 0) {
      const end = await server.call(ref, input, signal);
      if (end !== undefined) return end;
      await checkTaken();
    } else if (!isKnown && !(await server.start(ref, input, signal))) {
      // It may have been accepted before the connection broke, or it still runs.
      await checkTaken();
    }
    isKnown = true;
    return server.awaitEnd(ref, signal);
  };
}
