import { SagaError } from './saga-error.js';

/** Thrown by an action: no further try can help, the remaining retries are not used. */
export class NonRetryableError extends SagaError {
  readonly code = 'SAGA_NON_RETRYABLE';
}

/**
 * Thrown by an action that cannot tell whether its effect took place (a request whose answer was
 * lost). The step is probed, or undone as `unknown`.
 */
export class OutcomeUnknownError extends SagaError {
  readonly code = 'SAGA_OUTCOME_UNKNOWN';
}

/** Thrown by a compensation that finds its work done already: counts as undone. */
export class AlreadyUndoneError extends SagaError {
  readonly code = 'SAGA_ALREADY_UNDONE';
}

/** Thrown by a compensation that no further try can help: the saga will be parked. */
export class CannotCompensateError extends SagaError {
  readonly code = 'SAGA_CANNOT_COMPENSATE';
}

/**
 * The undo of an action was here before the action itself, which must not take effect any more: a call that
 * was on its way for too long. No further try can help. Nest answers it as HTTP 409.
 */
export class SagaBlockedError extends SagaError {
  readonly code = 'SAGA_BLOCKED';
  /** These three are how an error says its HTTP status to Nest, which the core knows nothing of. */
  readonly status = 409;
  readonly statusCode = 409;
  readonly expose = true;
}
