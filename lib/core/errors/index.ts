export { isAnswerLost, type UnknownWhen } from './answer-lost.js';
export { isSagaError, SagaError, type SagaErrorCode } from './saga-error.js';
export { withoutFrames } from './without-frames.js';
export { errorWithin } from './error-within.js';
export { SagaDefinitionError, SagaOptionsError } from './definition-errors.js';
export { SagaExecutionException, type SagaFailure } from './execution-exception.js';
export {
  AlreadyUndoneError,
  CannotCompensateError,
  NonRetryableError,
  OutcomeUnknownError,
  SagaBlockedError,
} from './participant-errors.js';
export {
  LeaseLostError,
  SagaCancelledError,
  SagaConflictError,
  SagaInputError,
  SagaResultError,
  type InputIssue,
  SagaInterruptedError,
  SagaJournalError,
  SagaNewerError,
  SagaNotFoundError,
  SagaSerializationError,
  SagaStateError,
  SagaTimeoutError,
} from './runtime-errors.js';
