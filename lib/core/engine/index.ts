// The port between an engine and whoever starts, sees and operates sagas, and what engines are made of:
// beside `core/index`, all that an engine may import.

// The port
export type { SagaHandle, SagaHost, SagaStartOptions } from './saga-host.js';
export { checkStart, startRequest, type StartRequest } from './start-request.js';
export type { SagaTelemetry } from './telemetry.js';
export { AttachedSaga } from './attached-saga.js';
// What every engine does alike
export { STANDARD_ENVIRONMENT } from './standard-environment.js';
export type { OperatorReason } from './operator-reason.js';
export {
  auditOf,
  requestOf,
  type EngineOperators,
  type SagaAct,
  type SagaAuditEntry,
  type SagaAuditPage,
  type SagaRequest,
  type SagaRequestPage,
} from './engine-operators.js';
export { OperatorDesk } from './operator-desk.js';
export {
  BULK_ACTS,
  isBulkAct,
  leaveRequests,
  pagesOf,
  type BulkAct,
  type LeftRequests,
} from './bulk.js';
export { withdrawBulk, type WithdrawnBulk } from './withdraw-bulk.js';
export { checkedAct, OPERATOR_ACTS } from './checked-act.js';
export type { SagaDetails, SagaEngine, SagaSummary, SagaSummaryPage } from './saga-engine.js';
export type { EngineHealth } from './engine-health.js';
export { environmentOf, type EngineSettings, type SagaEngineProvider } from './engine-provider.js';
export { codecProblem, SETTINGS, settingsProblems, unknownSettings } from './checked-settings.js';
export { checkedReason, checkedText } from './checked-text.js';
export { refuseToForget, refuseUnknown, resultByHand } from './operator-checks.js';
export { redactProblems } from './redact-problems.js';
export { checkInput, checkSame } from './duplicate-start.js';
export { planWithoutSteps } from './plan-without-steps.js';
export { detailsOf, summariesOf, summaryOf } from './details.js';
export { insightFor } from './insight-for.js';
export { DefinitionRegistry } from './registry.js';
export { checkBarrier, refuseTransactional } from './refuse-transactional.js';
export { withStartHeaders, type StartedSaga, type StartHeaders } from './start-headers.js';
export { StoredRun, type StagedRecord, type Storing } from '../persistence/index.js';

// One run: its plan, its driver, its stored form, its signals
export {
  groupProblem,
  isGroup,
  methodsProblem,
  nameProblem,
  namesOf,
  type Ranges,
  rangesProblems,
  refuseProblems,
  shown,
  unknownProblems,
  wholeProblem,
  withoutUndefined,
} from '../definition/index.js';
export { logObserver } from '../events/index.js';
export {
  type Advance,
  announceNext,
  type AnnouncedEffect,
  heldSignals,
  holdSignals,
  deliver,
  drive,
  driveUntil,
  executionException,
  NO_HEADERS,
  offer,
  performAnnounced,
  Run,
  type RunOrigin,
  takeOverOf,
  type Transacted,
  type TransactionalWork,
  withdrawIntent,
} from '../execution/index.js';
export {
  checkFilter,
  codecOf,
  CutOffError,
  damageOf,
  decodeHead,
  encodeHead,
  encodeInput,
  encodePayload,
  isConflict,
  MOST_REPEATS,
  packEntry,
  type PackedEntry,
  pauseAfterConflict,
  payloadLimits,
  redactedError,
  retryConflicts,
  unpackEntry,
} from '../journal/index.js';
export {
  accept,
  checkFrom,
  type CancelSignal,
  type CommandSignal,
  type OperatorCommand,
  isProgress,
  missingUndos,
  refused,
  type ResumeSignal,
  SAGA_STATUSES,
} from '../machine/index.js';
export { isResultLike } from '../result/index.js';
export {
  fullMessageOf,
  LONGEST_TIMER_MS,
  messageOf,
  newBirth,
  PACKAGE_VERSION,
  quoted,
  type Redact,
  redacting,
  report,
  shownSaga,
  shownText,
  shownWhole,
} from '../ports/index.js';
