import {
  type SagaDefinition,
  SagaNotFoundError,
  SagaOptionsError,
  type SagaRef,
  type SagaStartOptions,
  SagaState,
} from '../../core/index.js';
import {
  accept,
  type DefinitionRegistry,
  encodeInput,
  newBirth,
  quoted,
  startRequest,
  withStartHeaders,
} from '../../core/engine/index.js';
import type { RunParts } from './restate-run.js';
import type { StartInput } from './wire.js';

/** @throws SagaOptionsError for half a character: it has no UTF-8, and so no URL. */
function checkId(id: string): void {
  try {
    encodeURIComponent(id);
  } catch (error) {
    throw new SagaOptionsError('id must be well-formed Unicode', { cause: error });
  }
}

/** Another process may have to resume it: a plan that only this call knows is of no use. */
function checkKnown(registry: DefinitionRegistry, definition: SagaDefinition): void {
  const { name, version } = definition;
  if (registry.knows(definition)) return;
  throw new SagaNotFoundError(
    `Saga ${quoted(name)} version ${version} is not registered, and Restate could not resume it: ` +
      'decorate its class with @Saga(), or register the chain with define() at start-up',
  );
}

/**
 * What is sent to start a saga.
 *
 * @throws SagaNotFoundError for a plan that is not registered; SagaOptionsError,
 * SagaSerializationError, and SagaStateError for a label to start from that it does not have.
 */
export function startOf(
  { environment, logger, startHeaders, storing }: RunParts,
  registry: DefinitionRegistry,
  definition: SagaDefinition,
  context: unknown,
  options: SagaStartOptions & { readonly resumeFrom?: string },
): { readonly ref: SagaRef; readonly input: StartInput } {
  checkKnown(registry, definition);
  const { name, version, fingerprint } = definition;
  const createdAt = environment.clock.now();
  const checked = startRequest(options, environment.ids, createdAt);
  const { id, key, tags, headers, deadline } = withStartHeaders(
    checked,
    startHeaders,
    name,
    logger,
  );
  checkId(id);
  const input = encodeInput(storing, { name, id }, context, logger);
  const plan = {
    ...{ version, fingerprint, input, key, tags, deadline, createdAt, birth: newBirth() },
    ...(Object.keys(headers).length === 0 ? {} : { headers }),
  };
  const { resumeFrom } = options;
  if (resumeFrom === undefined) return { ref: { name, id }, input: plan };
  // Refused here, where the caller learns why.
  accept({ id }, definition, new SagaState(), { type: 'resume', from: resumeFrom });
  return { ref: { name, id }, input: { ...plan, resumeFrom } };
}
