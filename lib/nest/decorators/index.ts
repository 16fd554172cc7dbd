export { Saga, type SagaOptions } from './saga.decorator.js';
export { SagaStep } from './saga-step.decorator.js';
export type { StepSettings } from './step-settings.js';
export type { SagaContextOf, SagaResultsOf } from './saga-types.js';
export { OnSagaEvent, type SagaEventOf } from './on-saga-event.decorator.js';
export {
  EVENTS_METADATA,
  SAGA_METADATA,
  STEPS_METADATA,
  type EventMetadata,
  type SagaMetadata,
  type StepMetadata,
} from './metadata.js';
