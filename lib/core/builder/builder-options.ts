import {
  definitionProblem,
  groupProblem,
  isGroup,
  loggerProblem,
  methodsProblem,
  refuseProblems,
  SagaDefinition,
  type SagaDefinitionOptions,
} from '../definition/index.js';
import type { SagaHost, SagaStartOptions } from '../engine/index.js';
import {
  environmentProblems,
  observerProblems,
  type RunEnvironment,
  type RunObserver,
} from '../execution/index.js';
import type { SagaLogger } from '../ports/index.js';

/** Everything beyond the name, context and logger of a chain. */
export interface SagaBuilderOptions extends SagaStartOptions, SagaDefinitionOptions {
  /** Where the chain runs. @default in this process, without a journal */
  readonly host?: SagaHost;
  /** A finished plan; no steps can be added to it. */
  readonly definition?: SagaDefinition;
  /** Time, ids and chance, for tests. */
  readonly environment?: RunEnvironment;
  readonly observers?: readonly RunObserver[];
}

function isLogger(logger: Partial<SagaLogger> | null | undefined): boolean {
  return (
    typeof logger?.debug === 'function' &&
    typeof logger.info === 'function' &&
    typeof logger.warn === 'function' &&
    typeof logger.error === 'function'
  );
}

/** Whether nothing is given but a plan of this package, and a host. */
function isUsual(options: unknown): boolean {
  if (!isGroup(options)) return false;
  const { host, definition, environment, observers } = options as SagaBuilderOptions;
  return (
    definition instanceof SagaDefinition &&
    (host === undefined || typeof host?.start === 'function') &&
    environment === undefined &&
    observers === undefined
  );
}

/**
 * Checks what a chain is made of. Its steps and the options of its start are checked when it is built,
 * and when it is started.
 *
 * @throws SagaOptionsError with everything that is wrong.
 */
export function checkChain(logger: SagaLogger, options: unknown): void {
  // The case of nearly all chains, for which no list is made.
  if (isLogger(logger) && (options === undefined || isUsual(options))) return;
  const given = isGroup(options) ? options : {};
  const { host, definition, environment, observers } = given;
  refuseProblems([
    loggerProblem(logger),
    options === undefined ? undefined : groupProblem('the options of a chain', options),
    host === undefined
      ? undefined
      : methodsProblem('host', host, ['start'], 'an engine, or another object with start'),
    definition === undefined ? undefined : definitionProblem('definition', definition),
    ...environmentProblems(environment),
    ...observerProblems(observers),
  ]);
}
