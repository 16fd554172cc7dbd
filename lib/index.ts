// nestjs-saga-orchestrator: everything that a Nest application needs. Stores, engines, transactions and the
// contracts for tests have entries of their own; who writes a journal or an engine finds the rest in
// `nestjs-saga-orchestrator/core` and `nestjs-saga-orchestrator/engine`.

// The module, and what it gives to inject
export {
  SagaEvents,
  SagaExceptionFilter,
  SagaModule,
  SagaOperations,
  type SagaListFilter,
  type SagaNamed,
  SagaOrchestratorFactory,
  nestLogger,
  type SagaModuleAsyncOptions,
  type SagaModuleOptions,
  type SagaInTransaction,
  type SagaOptionsFactory,
  type SagaProblem,
  type SagaStarter,
  type SagaTransactionOptions,
} from './nest/index.js';

// Decorators; `SagaStep` is also the type of a hand-built chain's step
export {
  OnSagaEvent,
  Saga,
  SagaStep,
  type SagaContextOf,
  type SagaEventOf,
  type SagaInput,
  type SagaSchema,
  type SagaOptions,
  type SagaResultsOf,
  type StandardIssue,
  type StandardResult,
  type StandardSchema,
  type StepSettings,
} from './nest/index.js';

// What steps see and answer
export {
  Err,
  NOTHING_TO_UNDO,
  Ok,
  ResultFactory,
  type ISagaCompensationContext,
  type ISagaContext,
  type ISagaRunContext,
  type ProbeAnswer,
  type Result,
  type StepFailure,
  type StepOutcome,
  type StepValue,
} from './core/index.js';

// What steps throw, and what tells how an error is to be taken
export {
  AlreadyUndoneError,
  CannotCompensateError,
  NonRetryableError,
  OutcomeUnknownError,
  ResultError,
  SagaBlockedError,
  SagaCancelledError,
  SagaTimeoutError,
  isAnswerLost,
  type UnknownWhen,
} from './core/index.js';

// What callers are told
export {
  LeaseLostError,
  SagaConflictError,
  SagaDefinitionError,
  SagaError,
  SagaExecutionException,
  SagaInputError,
  SagaResultError,
  SagaInterruptedError,
  SagaJournalError,
  SagaNotFoundError,
  SagaOptionsError,
  SagaSerializationError,
  SagaStateError,
  isSagaError,
  type InputIssue,
  type SagaErrorCode,
  type SagaFailure,
} from './core/index.js';

// Starting a saga, and chains that are built by hand
export {
  SagaDefinition,
  SagaOrchestratorBuilder,
  defineSaga,
  type AnySagaStep,
  type AttachedSaga,
  type AnyTransactionalStep,
  type RetiredSagaStep,
  type RetryOptions,
  type SagaBuilderOptions,
  type SagaDefinitionOptions,
  type SagaHandle,
  type SagaHeaders,
  type SagaHost,
  type SagaStartOptions,
  type SagaStepHooks,
  type SagaStepOptions,
  type SagaTransactionType,
  type SagaTx,
  type StartHeaders,
  type StartedSaga,
} from './core/index.js';

// Watching and operating
export {
  toEvent,
  type AuditFilter,
  type AuditOutcome,
  type EngineHealth,
  type EngineOperators,
  type EventError,
  type InterceptedCall,
  type InterceptedSaga,
  type OperatorAct,
  type OperatorReason,
  type ParkReason,
  type RequestFilter,
  type RequestOutcome,
  type RunObserver,
  type SagaAct,
  type SagaAuditEntry,
  type SagaAuditPage,
  type SagaDetails,
  type SagaEvent,
  type SagaEventType,
  type SagaFilter,
  type SagaInterceptor,
  type SagaPage,
  type SagaRecord,
  type SagaRef,
  type SagaRequest,
  type SagaRequestPage,
  type SagaRow,
  type SagaStatus,
  type SagaSummary,
  type SagaSummaryPage,
} from './core/index.js';

// Options of the module
export { memoryJournal, type MemoryJournalOptions } from './journals/memory/index.js';
export {
  aesGcmCodec,
  jsonCodec,
  silentLogger,
  systemClock,
  type AesGcmOptions,
  type AesKey,
  type Clock,
  type EngineSettings,
  type IdGenerator,
  type Journal,
  type JsonCodec,
  type PayloadCodec,
  type PayloadLimits,
  type RedactOption,
  type RunEnvironment,
  type SagaEngine,
  type SagaEngineProvider,
  type SagaLogger,
  type SagaTelemetry,
  type SagaTransaction,
  type SagaTransactions,
  type TransactionIsolation,
  type TransactionOptions,
} from './core/index.js';
export type { RecoveryOptions, RetentionOptions } from './engines/in-process/index.js';
