import { clashProblems, StepDefinition } from '../definition/index.js';
import { SagaDefinitionError } from '../errors/index.js';

/**
 * A step that a chain takes in. Short, because bare chains define their steps for every run.
 *
 * @throws SagaDefinitionError with its problems, or with what it does not go together with.
 */
export function checkedStep(
  name: string,
  defined: StepDefinition | readonly string[],
  steps: readonly StepDefinition[],
  retired: readonly StepDefinition[],
): StepDefinition {
  if (!(defined instanceof StepDefinition)) throw new SagaDefinitionError(name, defined);
  const problems = clashProblems(retired.length === 0 ? steps : [...steps, ...retired], defined);
  if (problems.length > 0) throw new SagaDefinitionError(name, problems);
  return defined;
}

/** Of a chain that is run as it is: after a crash nobody would know its steps. @throws SagaDefinitionError */
export function refuseTransactional(name: string, option: 'transaction' | 'barrier'): never {
  throw new SagaDefinitionError(name, [
    `${option}: true needs a plan by which other processes can resume it: decorate a class with @Saga(), or register the ` +
      'chain with define()',
  ]);
}
