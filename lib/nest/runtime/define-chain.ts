import {
  isSagaError,
  SagaDefinitionError,
  SagaOrchestratorBuilder,
  type SagaDefinition,
  type SagaDefinitionOptions,
  type SagaLogger,
} from '../../core/index.js';
import {
  groupProblem,
  isGroup,
  SAGA_OPTIONS,
  shown,
  shownName,
  unknownProblems,
} from '../../core/definition/index.js';

type Chain = SagaOrchestratorBuilder<never>;

const OPTIONS = Object.keys(SAGA_OPTIONS);

function built(build: (chain: never) => unknown, chain: Chain, name: string): SagaDefinition {
  if (typeof build !== 'function') {
    const problem = `define() takes a function that adds the steps (got ${shown(build)})`;
    throw new SagaDefinitionError(name, [problem]);
  }
  const made = build(chain as never);
  if (made instanceof SagaOrchestratorBuilder) return made.build();
  const problem = `the function given to define() must return its chain (got ${shown(made)})`;
  throw new SagaDefinitionError(name, [problem]);
}

/** The plan of a hand-built chain. @throws SagaDefinitionError with all that is wrong. */
export function defineChain(
  name: string,
  logger: SagaLogger,
  build: (chain: never) => unknown,
  options: SagaDefinitionOptions,
): SagaDefinition {
  const isOptions = isGroup(options);
  const problems = isOptions
    ? [...unknownProblems('define()', options, OPTIONS)]
    : [groupProblem('the options of define()', options) ?? []].flat();
  const chain: Chain = new SagaOrchestratorBuilder(
    name,
    undefined as never,
    logger,
    isOptions ? options : {},
  );
  const called = shownName(name);
  try {
    const definition = built(build, chain, called);
    if (problems.length === 0) return definition;
  } catch (error) {
    if (!isSagaError(error, 'SAGA_DEFINITION')) throw error;
    problems.push(...(error as unknown as SagaDefinitionError).problems);
  }
  throw new SagaDefinitionError(called, problems);
}
