import type { DiscoveryService } from '@nestjs/core';
import { SagaOptionsError, type SagaEngineProvider } from '../core/index.js';
import {
  isObject,
  methodsProblem,
  namesOf,
  refuseProblems,
  shown,
  unknownProblems,
} from '../core/definition/index.js';
import { settingsProblems } from '../core/engine/index.js';
import type { SagaModuleOptions } from './saga-module-options.js';
import { SAGA_OPTIONS } from './tokens.js';

const OF_A_JOURNAL = ['journal', 'leaseMs', 'worker', 'deleteAfter'] as const;

const OPTIONS = namesOf<SagaModuleOptions>({
  ...{ application: true, journal: true, engine: true, logger: true, codec: true, limits: true },
  ...{ unknownWhen: true, drainMs: true, leaseMs: true, worker: true, deleteAfter: true },
});

/**
 * What `forRoot()` was given, or a factory has made.
 *
 * @throws SagaOptionsError when it is no object, or has what nobody reads.
 */
export function checkedOptions(options: unknown, source: string): SagaModuleOptions {
  if (!isObject(options)) {
    throw new SagaOptionsError(`${source} must be an object of options (got ${shown(options)})`);
  }
  refuseProblems(unknownProblems('SagaModule', options, OPTIONS));
  return options;
}

function withoutJournalProblem(options: SagaModuleOptions): string | undefined {
  const given = OF_A_JOURNAL.filter((option) => options[option] !== undefined);
  if (given.length === 0) return undefined;
  const engine = String(options.engine?.description);
  return `engine (${engine}) goes without ${given.join(', ')}: take it away, or take the engine away`;
}

/**
 * Counted over the whole application, before anything is opened: of two engines, the order of imports
 * says which one is injected where, and the other one's journal stays empty.
 *
 * @throws SagaOptionsError
 */
export function checkOnce(discovery: DiscoveryService): void {
  const { length } = discovery.getProviders().filter(({ token }) => token === SAGA_OPTIONS);
  if (length <= 1) return;
  throw new SagaOptionsError(
    `SagaModule is configured ${length === 2 ? 'twice' : `${length} times`}; call forRoot() once, in ` +
      'the root module, and import nothing elsewhere: it is global',
  );
}

/** The in-process engine looks at its options itself. @throws SagaOptionsError with everything that is wrong */
export function checkedEngine(
  options: SagaModuleOptions,
  settings: Parameters<SagaEngineProvider['create']>[0],
): SagaEngineProvider {
  const { engine } = options;
  const problem = methodsProblem('engine', engine, ['create'], 'what restateEngine() makes');
  const others = problem === undefined ? withoutJournalProblem(options) : problem;
  refuseProblems([others, ...settingsProblems(settings)]);
  return engine as SagaEngineProvider;
}
