export { nestLogger } from './nest-logger.js';
export { isToken, ProvidedTransactions } from './provided-transactions.js';
export { SagaEvents } from './saga-events.js';
export { SagaLifecycle } from './saga.lifecycle.js';
export { SagaRegistrar } from './saga.registrar.js';
export { SagaOperations } from './saga-operations.js';
export { TelemetryWatch } from './telemetry-watch.js';
export {
  SagaOrchestratorFactory,
  type SagaInTransaction,
  type SagaStarter,
  type SagaTransactionOptions,
} from './saga-orchestrator.factory.js';
