import type { SagaDefinitionOptions } from '../../core/index.js';
import type { SagaInput } from '../validation/index.js';
import type { StepSettings } from './step-settings.js';

// Constant strings: a second copy of this package must read what the first one wrote. The namespace
// keeps them apart from the `@Saga` of @nestjs/cqrs.
export const SAGA_METADATA = 'nestjs-saga-orchestrator:saga';
export const STEPS_METADATA = 'nestjs-saga-orchestrator:steps';
export const EVENTS_METADATA = 'nestjs-saga-orchestrator:events';

export interface SagaMetadata extends SagaDefinitionOptions {
  readonly name?: string;
  readonly input?: SagaInput;
}

export interface StepMetadata {
  readonly method: string;
  readonly settings: StepSettings;
}

export interface EventMetadata {
  readonly method: string | symbol;
  readonly types: readonly string[];
  readonly sagas: readonly unknown[];
}
