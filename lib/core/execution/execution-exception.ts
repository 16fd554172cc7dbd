import { SagaExecutionException } from '../errors/index.js';
import { failureOf } from '../machine/index.js';
import type { Run } from './run.js';

/** What the caller of a run that did not complete is told, with the errors as they were thrown. */
export function executionException(run: Run): SagaExecutionException {
  const failure = failureOf(run.sagaName, run.sagaId, run.state);
  const original = (error: unknown): unknown => run.originals.get(error) ?? error;
  return new SagaExecutionException({
    ...failure,
    cause: original(failure.cause),
    compensationErrors: failure.compensationErrors.map(({ label, error }) => ({
      label,
      error: original(error),
    })),
  });
}
