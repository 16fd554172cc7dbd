export {
  OnSagaEvent,
  Saga,
  SagaStep,
  type SagaEventOf,
  type SagaOptions,
  type StepSettings,
} from './decorators/index.js';
export type { SagaContextOf, SagaResultsOf } from './decorators/index.js';
export { SagaExceptionFilter, statusOf, type SagaProblem } from './answers/index.js';
export type {
  SagaInput,
  SagaSchema,
  StandardIssue,
  StandardResult,
  StandardSchema,
} from './validation/index.js';
export { SagaModule } from './saga.module.js';
export type {
  SagaModuleAsyncOptions,
  SagaModuleOptions,
  SagaOptionsFactory,
} from './saga-module-options.js';
export {
  nestLogger,
  SagaEvents,
  SagaOperations,
  SagaOrchestratorFactory,
  type SagaInTransaction,
  type SagaListFilter,
  type SagaNamed,
  type SagaStarter,
  type SagaTransactionOptions,
} from './runtime/index.js';
export { definitionsIn } from './definitions-in.js';
export { SAGA_ENGINE, SAGA_LOGGER, SAGA_OPTIONS } from './tokens.js';
