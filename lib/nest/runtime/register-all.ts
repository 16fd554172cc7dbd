import {
  isSagaError,
  SagaDefinitionError,
  type SagaDefinition,
  type SagaEngine,
} from '../../core/index.js';

/** @throws SagaDefinitionError with what the engine refuses of all of them. */
export function registerAll(
  engine: SagaEngine,
  sagas: readonly { readonly definition: SagaDefinition }[],
): void {
  const refused: SagaDefinitionError[] = [];
  for (const { definition } of sagas) {
    try {
      engine.register(definition);
    } catch (error) {
      if (!isSagaError(error, 'SAGA_DEFINITION')) throw error;
      refused.push(error as unknown as SagaDefinitionError);
    }
  }
  const [first, ...others] = refused;
  if (first === undefined) return;
  if (others.length === 0) throw first;
  throw new SagaDefinitionError(
    'classes of this application',
    refused.flatMap(({ sagaName, problems }) => problems.map((line) => `${sagaName}: ${line}`)),
  );
}
