export { Saga, type SagaOptions } from './saga.decorator.js';
export { SagaStep } from './saga-step.decorator.js';
export type { StepSettings } from './step-settings.js';
export type { SagaContextOf, SagaResultsOf } from './saga-types.js';
export { SAGA_METADATA, STEPS_METADATA, type SagaMetadata, type StepMetadata } from './metadata.js';
