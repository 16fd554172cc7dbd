import { Global, Module, type DynamicModule, type Provider } from '@nestjs/common';
import { DiscoveryModule, DiscoveryService } from '@nestjs/core';
import { InProcessEngine, type SagaEngine, type SagaLogger } from '../core/index.js';
import { report } from '../core/ports/index.js';
import { memoryJournal } from '../journals/memory/index.js';
import { checkedEngine, checkOnce } from './checked-options.js';
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
  const { logger = winston ?? nestLogger() } = options;
  return logger;
}

function engineOf(
  options: SagaModuleOptions,
  logger: SagaLogger,
  events: SagaEvents,
  discovery: DiscoveryService,
): SagaEngine {
  checkOnce(discovery);
  const { journal = memoryJournal(), engine, logger: _, ...settings } = options;
  const observers = [events];
  if (engine !== undefined) {
    const { codec, limits, drainMs } = settings;
    const given = {
      ...{ logger, observers },
      ...(codec === undefined ? {} : { codec }),
      ...(limits === undefined ? {} : { limits }),
      ...(drainMs === undefined ? {} : { drainMs }),
    };
    return checkedEngine(options, given).create(given);
  }
  const made = new InProcessEngine({ ...settings, journal, logger, observers });
  if (options.journal === undefined && process.env['NODE_ENV'] === 'production') {
    report(
      logger,
      'warn',
      'Sagas are kept in memory: a crash or a deploy loses them. Give SagaModule.forRoot() a journal',
    );
  }
  return made;
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
  {
    provide: SAGA_ENGINE,
    useFactory: engineOf,
    inject: [SAGA_OPTIONS, SAGA_LOGGER, SagaEvents, DiscoveryService],
  },
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
