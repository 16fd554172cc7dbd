import { definitionProblem, refuseProblems, type SagaDefinition } from '../definition/index.js';
import { SagaDefinitionError } from '../errors/index.js';
import type { EngineSettings } from './engine-provider.js';
import { quoted } from '../ports/index.js';

/** Where no step can be transactional. @throws SagaDefinitionError that names all those of the plan. */
export function refuseTransactional(definition: SagaDefinition, why: string): void {
  refuse(definition, 'transaction', why);
}

/** @throws SagaDefinitionError for steps with `barrier: true` where there is none */
export function checkBarrier(definition: SagaDefinition, { barrier }: EngineSettings): void {
  if (barrier === undefined) refuse(definition, 'barrier', NO_BARRIER);
}

const NO_BARRIER =
  'it needs to know the barrier of its database: give SagaModule.forRoot() barrier, such as SagaBarrier of ' +
  'nestjs-saga-orchestrator/participant, which SagaBarrierModule provides';

function refuse(definition: SagaDefinition, option: 'transaction' | 'barrier', why: string): void {
  refuseProblems([definitionProblem('what is registered', definition)]);
  const { steps, name } = definition;
  const labels = steps.filter(({ policy }) => policy[option]).map(({ label }) => label);
  if (labels.length === 0) return;
  throw new SagaDefinitionError(
    name,
    labels.map((label) => `step ${quoted(label)}: ${option}: ${why}`),
  );
}
