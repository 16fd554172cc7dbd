export type {
  ISagaCompensationContext,
  ISagaContext,
  ISagaRunContext,
  OpenResults,
  ResultsByLabel,
  StepOutcome,
  StepResults,
} from './saga-context.js';
export { sagaJson, type SagaJson } from './saga-json.js';
export {
  NOTHING_TO_UNDO,
  type AnyBarrierStep,
  type AnySagaStep,
  type AnyTransactionalStep,
  type ProbeAnswer,
  type RetiredSagaStep,
  type SagaStep,
  type SagaStepHooks,
  type SagaStepOptions,
  type StepFailure,
} from './saga-step.js';
export type {
  SagaTransactionType,
  SagaTx,
  TransactionIsolation,
  TxParameters,
} from './step-transaction.js';
export { defineRetiredStep, defineStep, type Stage, StepDefinition } from './step-definition.js';
export type { StepPolicy } from './step-policy.js';
export type { DefinitionJson, PlanJson, StepJson } from './plan-json.js';
export { SagaDefinition } from './saga-definition.js';
export { planOfJson } from './plan-of-json.js';
export { assembleSaga, defineSaga, freezeSaga } from './define-saga.js';
export { clashProblems } from './order-problems.js';
export { SAGA_OPTIONS, type SagaDefinitionOptions } from './saga-options.js';
export { STEP_OPTIONS } from './step-problems.js';
export {
  isStorable,
  nameProblem,
  quoted,
  shown,
  shownName,
  shownSaga,
  shownText,
  textProblem,
} from './names.js';
export {
  definitionProblem,
  groupProblem,
  isGroup,
  isObject,
  loggerProblem,
  methodsProblem,
  namesOf,
  rangesProblems,
  refuseProblems,
  unknownProblems,
  wholeProblem,
  withoutUndefined,
  type Ranges,
} from './option-checks.js';
export { MAX_DURATION_MS, MAX_NAME_BYTES, MAX_STEPS } from './limits.js';
