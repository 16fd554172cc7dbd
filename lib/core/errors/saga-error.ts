const BRAND = Symbol.for('nestjs-saga-orchestrator.error');

/**
 * Stable codes of every error this package throws. Compare these, not classes: two copies of the
 * package may be loaded.
 */
export type SagaErrorCode =
  | 'SAGA_DEFINITION'
  | 'SAGA_OPTIONS'
  | 'SAGA_INPUT'
  | 'SAGA_RESULT'
  | 'SAGA_EXECUTION'
  | 'SAGA_CONFLICT'
  | 'SAGA_STATE'
  | 'SAGA_NOT_FOUND'
  | 'SAGA_TIMEOUT'
  | 'SAGA_CANCELLED'
  | 'SAGA_INTERRUPTED'
  | 'SAGA_LEASE_LOST'
  | 'SAGA_JOURNAL'
  | 'SAGA_SERIALIZATION'
  | 'SAGA_NEWER'
  | 'SAGA_NON_RETRYABLE'
  | 'SAGA_OUTCOME_UNKNOWN'
  | 'SAGA_ALREADY_UNDONE'
  | 'SAGA_CANNOT_COMPENSATE'
  | 'SAGA_BLOCKED';

/** Base of every error of this package. */
export abstract class SagaError extends Error {
  abstract readonly code: SagaErrorCode;
  readonly [BRAND] = true;

  constructor(message: string, options: { readonly cause?: unknown } = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.name = new.target.name;
  }
}

/**
 * Whether `error` comes from this package (any loaded copy of it), with that code if one is given.
 * Never throws, whatever it is asked of.
 */
export function isSagaError<C extends SagaErrorCode = SagaErrorCode>(
  error: unknown,
  code?: C,
): error is SagaError & { readonly code: C } {
  if (typeof error !== 'object' || error === null) return false;
  try {
    if ((error as { [BRAND]?: unknown })[BRAND] !== true) return false;
    return code === undefined || (error as SagaError).code === code;
  } catch {
    // A proxy may throw whatever it is asked.
    return false;
  }
}
