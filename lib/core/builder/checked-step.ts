import { duplicateProblem, StepDefinition } from '../definition/index.js';
import { SagaDefinitionError } from '../errors/index.js';

function refuseTaken(
  name: string,
  { label }: StepDefinition,
  known: readonly StepDefinition[],
): void {
  for (const step of known) {
    if (step.label === label) throw new SagaDefinitionError(name, [duplicateProblem(label)]);
  }
}

/**
 * A step that a chain takes in. Short, because bare chains define their steps for every run.
 *
 * @throws SagaDefinitionError with its problems, or when its label is taken.
 */
export function checkedStep(
  name: string,
  defined: StepDefinition | readonly string[],
  steps: readonly StepDefinition[],
  retired: readonly StepDefinition[],
): StepDefinition {
  if (!(defined instanceof StepDefinition)) throw new SagaDefinitionError(name, defined);
  refuseTaken(name, defined, steps);
  if (retired.length > 0) refuseTaken(name, defined, retired);
  return defined;
}
