export { nestLogger } from './nest-logger.js';
export { isToken, ProvidedTransactions } from './provided-transactions.js';
export { SagaEvents } from './saga-events.js';
export { SagaLifecycle } from './saga.lifecycle.js';
export { SagaRegistrar } from './saga.registrar.js';
export { SagaOperations } from './saga-operations.js';
export { TelemetryWatch } from './telemetry-watch.js';
export { SagaOrchestratorFactory } from './saga-orchestrator.factory.js';
export type { SagaInTransaction, SagaStarter, SagaTransactionOptions } from './saga-starter.js';
