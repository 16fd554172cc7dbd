// `Symbol.for`: two copies of this package must mean the same provider.
export const SAGA_OPTIONS = Symbol.for('nestjs-saga-orchestrator.options');
export const SAGA_ENGINE = Symbol.for('nestjs-saga-orchestrator.engine');
export const SAGA_LOGGER = Symbol.for('nestjs-saga-orchestrator.logger');
export const SAGA_STEP_BARRIER = Symbol.for('nestjs-saga-orchestrator.step-barrier');
export const SAGA_TRANSACTIONS = Symbol.for('nestjs-saga-orchestrator.transactions');
