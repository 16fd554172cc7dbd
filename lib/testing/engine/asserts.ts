import { strict as assert } from 'node:assert';
import {
  isSagaError,
  type SagaDetails,
  type SagaEngine,
  type SagaErrorCode,
  type SagaEventType,
  type SagaExecutionException,
  type SagaHandle,
  type SagaRef,
  type SagaStatus,
} from '../../core/index.js';

/** In ms; an engine on a server in the next process needs a few for each step. */
export const PATIENCE_MS = 15_000;

/** The error that something must reject with. */
export async function rejected<C extends SagaErrorCode>(
  work: Promise<unknown>,
  code: C,
): Promise<Error> {
  const outcome = await inTime(
    work.then(
      () => 'it did not reject',
      (error: unknown) => error,
    ),
    `a rejection with ${code}`,
  );
  assert.ok(isSagaError(outcome, code), `expected ${code}, got ${String(outcome)}`);
  return outcome;
}

/** A saga that must complete, at its end. */
export async function success(
  handle: SagaHandle,
): Promise<Awaited<ReturnType<typeof handle.result>>> {
  const ended = handle.result().catch((error: unknown) => {
    throw new assert.AssertionError({ message: `saga ${handle.id} has failed: ${String(error)}` });
  });
  const saga = await inTime(ended, `the end of saga ${handle.id}`);
  assert.equal(saga.isSuccess, true);
  return saga;
}

/** How a saga that must not complete has ended. */
export async function failure(handle: SagaHandle): Promise<SagaExecutionException> {
  return (await rejected(handle.result(), 'SAGA_EXECUTION')) as SagaExecutionException;
}

export function inTime<T>(work: Promise<T>, what: string, ms = PATIENCE_MS): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new assert.AssertionError({ message: `${what} within ${ms} ms` })),
      ms,
    );
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/** Waits until the saga has that status, and its timeline shows it. */
export async function until(
  engine: SagaEngine,
  ref: SagaRef,
  status: SagaStatus,
  event?: SagaEventType,
): Promise<SagaDetails> {
  const last = Date.now() + PATIENCE_MS;
  for (;;) {
    const saga = await engine.get(ref);
    const told = event === undefined || saga?.timeline.some(({ type }) => type === event);
    if (saga?.status === status && told) return saga;
    const wanted = event === undefined ? status : `${status} with '${event}' in its timeline`;
    assert.ok(Date.now() < last, `${ref.id} is ${String(saga?.status)}, not ${wanted}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
