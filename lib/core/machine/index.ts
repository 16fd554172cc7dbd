export type { Command } from './command.js';
export { decide, mayRetry } from './decide.js';
export { retriesExhausted, missingUndos } from './decide-backward.js';
export { evolve } from './evolve.js';
export { intentOf } from './intent.js';
export {
  isProgress,
  PARK_REASONS,
  type ManualAct,
  type OwedUndo,
  type ParkReason,
  type SagaRecord,
  type SagaRecordType,
  type TurnCause,
} from './saga-record.js';
export { SAGA_STATUSES, SagaState, type SagaStatus } from './saga-state.js';
export { StepState, UndoState, type AttemptPhase, type FailedAttempt } from './step-state.js';
export { failureOf } from './summary.js';
export type { OperatorCommand } from './guards.js';
export {
  accept,
  checkFrom,
  receive,
  refused,
  type CancelSignal,
  type CommandSignal,
  type Received,
  type ResumeSignal,
  type SagaSignal,
  type TakeOverSignal,
} from './receive.js';
