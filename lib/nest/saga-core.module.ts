import { Global, Module, type DynamicModule, type Provider } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import {
  InProcessEngine,
  SagaOptionsError,
  type SagaEngine,
  type SagaLogger,
} from '../core/index.js';
import { memoryJournal } from '../journals/memory/index.js';
import { SagaExplorer } from './discovery/index.js';
import {
  nestLogger,
  SagaEvents,
  SagaRegistrar,
  SagaOperations,
  SagaOrchestratorFactory,
} from './runtime/index.js';
import type { SagaModuleAsyncOptions, SagaModuleOptions } from './saga-module-options.js';
import { SAGA_ENGINE, SAGA_LOGGER, SAGA_OPTIONS } from './tokens.js';

/** What nest-winston calls its logger; named here because the package is optional. */
const WINSTON_MODULE_PROVIDER = 'winston';

function loggerOf(options: SagaModuleOptions, winston?: SagaLogger): SagaLogger {
  return options.logger ?? winston ?? nestLogger();
}

/** @throws SagaOptionsError naming every option that is not a number of ms it can be. */
function checkDurations({ drainMs = 0, leaseMs = 15_000 }: SagaModuleOptions): void {
  const problems = [
    drainMs >= 0 ? '' : `drainMs must be a number of ms of at least 0 (got ${drainMs})`,
    leaseMs >= 100 ? '' : `leaseMs must be a number of ms of at least 100 (got ${leaseMs})`,
  ].filter((problem) => problem !== '');
  if (problems.length > 0) throw new SagaOptionsError(problems.join('; '));
}

const OF_A_JOURNAL = ['journal', 'leaseMs', 'worker', 'deleteAfter'] as const;

/** @throws SagaOptionsError for options that mean nothing to an engine which needs no journal. */
function checkWithoutJournal(options: SagaModuleOptions, engine: string): void {
  const given = OF_A_JOURNAL.filter((option) => options[option] !== undefined);
  if (given.length === 0) return;
  throw new SagaOptionsError(
    `engine (${engine}) goes without ${given.join(', ')}: take it away, or take the engine away`,
  );
}

function engineOf(options: SagaModuleOptions, logger: SagaLogger, events: SagaEvents): SagaEngine {
  const { journal, engine, logger: _, ...settings } = options;
  checkDurations(settings);
  if (engine !== undefined) {
    checkWithoutJournal(options, engine.description);
    const { codec, limits, drainMs } = settings;
    return engine.create({
      logger,
      observers: [events],
      ...(codec === undefined ? {} : { codec }),
      ...(limits === undefined ? {} : { limits }),
      ...(drainMs === undefined ? {} : { drainMs }),
    });
  }
  if (journal === undefined && process.env['NODE_ENV'] === 'production') {
    logger.warn(
      'Sagas are kept in memory: a crash or a deploy loses them. Give SagaModule.forRoot() a journal',
    );
  }
  return new InProcessEngine({
    ...settings,
    journal: journal ?? memoryJournal(),
    logger,
    observers: [events],
  });
}

const PROVIDERS: readonly Provider[] = [
  SagaExplorer,
  SagaEvents,
  SagaOperations,
  SagaOrchestratorFactory,
  SagaRegistrar,
  {
    provide: SAGA_LOGGER,
    useFactory: loggerOf,
    // Injected, not looked up: Nest then makes the logger first, whatever the order of the modules.
    inject: [SAGA_OPTIONS, { token: WINSTON_MODULE_PROVIDER, optional: true }],
  },
  { provide: SAGA_ENGINE, useFactory: engineOf, inject: [SAGA_OPTIONS, SAGA_LOGGER, SagaEvents] },
];

/** Holds everything that is injected anywhere; {@link SagaModule} is what an application imports. */
@Global()
@Module({})
export class SagaCoreModule {
  static with(
    options: Provider,
    imports: NonNullable<SagaModuleAsyncOptions['imports']> = [],
  ): DynamicModule {
    return {
      module: SagaCoreModule,
      imports: [DiscoveryModule, ...imports],
      providers: [options, ...PROVIDERS],
      exports: [SagaOrchestratorFactory, SagaOperations, SagaEvents, SAGA_ENGINE],
    };
  }
}
