import { Global, Module, type DynamicModule, type Provider } from '@nestjs/common';
import { DiscoveryModule, DiscoveryService, ModuleRef } from '@nestjs/core';
import type {
  RunObserver,
  SagaEngine,
  SagaLogger,
  SagaTransactions,
  StepBarrierSource,
} from '../core/index.js';
import { InProcessEngine } from '../engines/in-process/index.js';
import { isObject, loggerProblem, methodsProblem } from '../core/definition/index.js';
import { redactProblems } from '../core/engine/index.js';
import { LOG_LEVELS, redacting, report } from '../core/ports/index.js';
import { memoryJournal } from '../journals/memory/index.js';
import { checkedEngine, checkOnce, checkOwn } from './checked-options.js';
import { EventHandlersExplorer, SagaExplorer } from './discovery/index.js';
import {
  isToken,
  nestLogger,
  ProvidedBarrier,
  ProvidedTransactions,
  SagaEvents,
  SagaRegistrar,
  SagaOperations,
  SagaOrchestratorFactory,
  TelemetryWatch,
} from './runtime/index.js';
import type { SagaModuleAsyncOptions, SagaModuleOptions } from './saga-module-options.js';
import { ahead, withTelemetry } from './telemetry.js';
import {
  SAGA_ENGINE,
  SAGA_LOGGER,
  SAGA_OPTIONS,
  SAGA_STEP_BARRIER,
  SAGA_TRANSACTIONS,
} from './tokens.js';

/** What nest-winston calls its logger; named here because the package is optional. */
const WINSTON_MODULE_PROVIDER = 'winston';

/**
 * The logger of the options, else the application's winston, else Nest's. In a testing module
 * `useMocker()` provides something for winston's token, too, although it is optional.
 */
function chosenLogger({ logger }: SagaModuleOptions, winston?: unknown): SagaLogger {
  if (logger !== undefined) return logger;
  if (!isObject(winston)) return nestLogger();
  const what = "The application's winston logger";
  const rule = 'one with debug, info, warn and error; sagas log to the Logger of Nest instead';
  const problem = methodsProblem(what, winston, LOG_LEVELS, rule);
  if (problem === undefined) return winston as SagaLogger;
  const instead = nestLogger();
  // Without these methods it is a mock, and is ignored.
  if (LOG_LEVELS.some((level) => level in winston)) report(instead, 'warn', problem);
  return instead;
}

/** Problems of the options are reported when the engine is made. */
function loggerOf(options: SagaModuleOptions, winston?: unknown): SagaLogger {
  const logger = chosenLogger(options, winston);
  const { redact } = options;
  const problems = [loggerProblem(logger), ...redactProblems(redact)];
  if (problems.some((problem) => problem !== undefined)) return logger;
  return redacting({ logger, redact }).logger;
}

function engineOf(
  options: SagaModuleOptions,
  logger: SagaLogger,
  events: SagaEvents,
  discovery: DiscoveryService,
  provided: ProvidedTransactions | undefined,
  providedBarrier: ProvidedBarrier | undefined,
): SagaEngine {
  checkOnce(discovery);
  checkOwn(options);
  const { journal = memoryJournal(), engine, ...others } = withTelemetry(options);
  const { logger: _, httpStatus: __, telemetry: ___, transactions, barrier, ...settings } = others;
  const steps = barrier && { barrier: providedBarrier ?? (barrier as StepBarrierSource) };
  const observers = ahead<RunObserver>([events], settings.observers ?? []);
  if (engine !== undefined) {
    const { application, codec, limits, drainMs, unknownWhen } = settings;
    const { interceptors, startHeaders, redact } = settings;
    const given = {
      ...{ logger, observers, ...steps },
      ...(application === undefined ? {} : { application }),
      ...(codec === undefined ? {} : { codec }),
      ...(limits === undefined ? {} : { limits }),
      ...(drainMs === undefined ? {} : { drainMs }),
      ...(unknownWhen === undefined ? {} : { unknownWhen }),
      ...(interceptors === undefined ? {} : { interceptors }),
      ...(startHeaders === undefined ? {} : { startHeaders }),
      ...(redact === undefined ? {} : { redact }),
    };
    return checkedEngine(options, given).create(given);
  }
  const made = new InProcessEngine({
    ...{ ...settings, ...steps, journal, logger, observers },
    ...(transactions === undefined
      ? {}
      : { transactions: provided ?? (transactions as SagaTransactions) }),
  });
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
  EventHandlersExplorer,
  SagaEvents,
  SagaOperations,
  SagaOrchestratorFactory,
  SagaRegistrar,
  TelemetryWatch,
  {
    provide: SAGA_LOGGER,
    useFactory: loggerOf,
    // Injected, not looked up: Nest then makes the logger first, whatever the order of the modules.
    inject: [SAGA_OPTIONS, { token: WINSTON_MODULE_PROVIDER, optional: true }],
  },
  {
    provide: SAGA_TRANSACTIONS,
    useFactory: ({ transactions }: SagaModuleOptions, modules: ModuleRef) =>
      isToken(transactions) ? new ProvidedTransactions(transactions, modules) : undefined,
    inject: [SAGA_OPTIONS, ModuleRef],
  },
  {
    provide: SAGA_STEP_BARRIER,
    useFactory: ({ barrier }: SagaModuleOptions, modules: ModuleRef) =>
      isToken(barrier) ? new ProvidedBarrier(barrier, modules) : undefined,
    inject: [SAGA_OPTIONS, ModuleRef],
  },
  {
    provide: SAGA_ENGINE,
    useFactory: engineOf,
    inject: [
      ...[SAGA_OPTIONS, SAGA_LOGGER, SagaEvents, DiscoveryService],
      ...[SAGA_TRANSACTIONS, SAGA_STEP_BARRIER],
    ],
  },
];

/** Holds everything that is injected anywhere; {@link SagaModule} is what an application imports. */
@Global()
@Module({})
export class SagaCoreModule {
  static with(
    options: readonly Provider[],
    imports: NonNullable<SagaModuleAsyncOptions['imports']> = [],
  ): DynamicModule {
    return {
      module: SagaCoreModule,
      imports: [DiscoveryModule, ...imports],
      providers: [...options, ...PROVIDERS],
      exports: [
        ...[SagaOrchestratorFactory, SagaOperations, SagaEvents, SAGA_ENGINE],
        // For filters, which are made in the modules that use them.
        ...[SAGA_OPTIONS, SAGA_LOGGER],
      ],
    };
  }
}
