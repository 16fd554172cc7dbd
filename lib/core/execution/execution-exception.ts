import { SagaExecutionException, withoutFrames } from '../errors/index.js';
import { failureOf } from '../machine/index.js';
import type { Run } from './run.js';

/**
 * What the caller of a run that did not complete is told, with the errors as they were thrown. Where a journal
 * stands between the two, no frame would lead to the caller.
 */
export function executionException(run: Run): SagaExecutionException {
  const failure = failureOf(run.sagaName, run.sagaId, run.state);
  const { originals } = run;
  const original = (error: unknown): unknown => originals.get(error) ?? error;
  const told = {
    ...failure,
    cause: original(failure.cause),
    compensationErrors: failure.compensationErrors.map(({ label, error }) => ({
      label,
      error: original(error),
    })),
  };
  const make = (): SagaExecutionException => new SagaExecutionException(told);
  return run.persistence === undefined ? make() : withoutFrames(make);
}
