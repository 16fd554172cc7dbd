// over 200 lines because it is a table of contents.
// Sagas without Nest: define them, run them, journal them. Chains:
export { SagaOrchestratorBuilder, type SagaBuilderOptions } from './builder/index.js';
export type { SagaHandle, SagaHost, SagaStartOptions } from './engine/index.js';

// What steps see and answer
export {
  NOTHING_TO_UNDO,
  type AnyBarrierStep,
  type AnySagaStep,
  type AnyTransactionalStep,
  type ISagaCompensationContext,
  type ISagaContext,
  type ISagaRunContext,
  type ProbeAnswer,
  type RetiredSagaStep,
  type SagaStep,
  type SagaStepHooks,
  type SagaStepOptions,
  type SagaTransactionType,
  type SagaTx,
  type TransactionIsolation,
  type StepFailure,
  type StepOutcome,
} from './definition/index.js';
export {
  Err,
  Ok,
  ResultError,
  ResultFactory,
  type Result,
  type StepValue,
} from './result/index.js';
export type { RetryOptions } from './retry/index.js';

// Plans
export {
  defineSaga,
  SagaDefinition,
  type DefinitionJson,
  type PlanJson,
  type SagaDefinitionOptions,
  type Stage,
  type StepJson,
} from './definition/index.js';

// Errors
export * from './errors/index.js';

// The machine: pure, for hosts, oracles and explorers
export {
  decide,
  evolve,
  receive,
  SagaState,
  StepState,
  type Command,
  type ParkReason,
  type OwedUndo,
  type Received,
  type SagaRecord,
  type SagaSignal,
  type SagaStatus,
} from './machine/index.js';

// What could become of a saga, and what is true of one: pure
export {
  explain,
  FAILURES,
  failureMatrix,
  failureMatrixMarkdown,
  simulate,
  type Failure,
  type FailureMatrixRow,
  type SagaAccount,
  type SimulatedFault,
  type Simulation,
} from './explore/index.js';

// Events
export { toEvent, type EventError, type SagaEvent, type SagaEventType } from './events/index.js';

// Ports
export {
  silentLogger,
  systemClock,
  type Clock,
  type IdGenerator,
  type InterceptedCall,
  type InterceptedSaga,
  type LogFields,
  type RedactOption,
  type BarrierAction,
  type StepBarrier,
  type StepBarrierSource,
  type UndoneAction,
  type SagaInterceptor,
  type SagaLogger,
} from './ports/index.js';
export type { LateEffect, RunEnvironment, RunObserver, SagaHeaders } from './execution/index.js';

// Encryption
export { aesGcmCodec, type AesGcmOptions, type AesKey } from './encryption/index.js';

// Journals and engines
export {
  type AttachedSaga,
  type EngineHealth,
  type EngineOperators,
  type EngineSettings,
  type OperatorReason,
  type SagaAct,
  type SagaAuditEntry,
  type SagaAuditPage,
  type SagaDetails,
  type SagaEngine,
  type SagaEngineProvider,
  type SagaRequest,
  type SagaRequestPage,
  type StartedSaga,
  type StartHeaders,
  type SagaTelemetry,
  type SagaSummary,
  type SagaSummaryPage,
} from './engine/index.js';
export {
  auditQuery,
  cursorAfter,
  cursorAt,
  insightOf,
  isCutOff,
  jsonCodec,
  listQuery,
  MAX_DRY_RUN,
  MAX_TAG_NAMES,
  NO_WAKE_TIME,
  refKey,
  requestQuery,
  wakeTimeOf,
  type AbandonedRequest,
  type AbandonedSagas,
  type BucketCount,
  type ChangeQuery,
  type ChangeRead,
  type CountQuery,
  type CountRead,
  type DryRun,
  type DurationQuery,
  type DurationRead,
  type FindQuery,
  type AuditEntry,
  type AuditFilter,
  type AuditOutcome,
  type AuditPage,
  type AuditQuery,
  type AuditRow,
  type CancelRequest,
  type ClaimRequest,
  type EndRequest,
  type ForgetActs,
  type FindRead,
  type ForgetRequest,
  type HistogramQuery,
  type HistogramRead,
  type InsightReads,
  type InsightScope,
  type ReleaseRequest,
  type Journal,
  type JournalBatch,
  type JournalEntry,
  type JournalInsight,
  type JournalInTransaction,
  type JournalOwner,
  type ListQuery,
  type NewRequest,
  type NewSaga,
  type OwnerInfo,
  type OperatorAct,
  type OperatorJournal,
  type PagePosition,
  type JsonCodec,
  type PayloadCodec,
  type PayloadLimits,
  type ReadDryRun,
  type ReadOwner,
  type ReadPlan,
  type ReadScope,
  type ReadUnfinished,
  type RecordHead,
  type SagaChanges,
  type SagaCount,
  type SagaDurations,
  type RequestFilter,
  type RequestOutcome,
  type RequestPage,
  type RequestQuery,
  type RequestRow,
  type Rewriter,
  type SagaFilter,
  type SagaHistogram,
  type SagaPage,
  type SagaPayloads,
  type SagaRecords,
  type StoreSize,
  type SagaRef,
  type SagaRow,
  type SagaTransaction,
  type SagaTransactions,
  type StoredPlan,
  type TransactionOptions,
  type StoredSaga,
  type TagQuery,
  type TagRead,
  type UnfinishedSagas,
  type TakeRequests,
} from './journal/index.js';
