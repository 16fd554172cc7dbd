import { definitionProblem, refuseProblems, type SagaDefinition } from '../definition/index.js';
import { SagaDefinitionError } from '../errors/index.js';
import { quoted } from '../ports/index.js';

/** Where no step can be transactional. @throws SagaDefinitionError that names all those of the plan. */
export function refuseTransactional(definition: SagaDefinition, why: string): void {
  refuseProblems([definitionProblem('what is registered', definition)]);
  const labels = definition.steps
    .filter(({ policy }) => policy.transaction)
    .map(({ label }) => label);
  if (labels.length === 0) return;
  throw new SagaDefinitionError(
    definition.name,
    labels.map((label) => `step ${quoted(label)}: transaction: ${why}`),
  );
}
