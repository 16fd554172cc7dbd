import { SagaError } from './saga-error.js';

/** A saga that cannot be right: thrown when it is defined, with every problem found. */
export class SagaDefinitionError extends SagaError {
  readonly code = 'SAGA_DEFINITION';

  constructor(
    readonly sagaName: string,
    /** Each names the step or method, the value and the remedy. */
    readonly problems: readonly string[],
  ) {
    super(`Saga '${sagaName}' is not valid:\n${problems.map((line) => `  - ${line}`).join('\n')}`);
  }
}

/** An option of the module, a journal or an engine that cannot be right. */
export class SagaOptionsError extends SagaError {
  readonly code = 'SAGA_OPTIONS';
}
