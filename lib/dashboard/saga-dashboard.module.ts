import { Module, type DynamicModule, type FactoryProvider, type Provider } from '@nestjs/common';
import { jsonCodec, type SagaEngine, type SagaLogger } from '../core/index.js';
import {
  SAGA_ENGINE,
  SAGA_LOGGER,
  SAGA_OPTIONS,
  SagaEvents,
  SagaOperations,
  type SagaModuleOptions,
} from '../nest/index.js';
import { checkDashboard, checkDashboardAsync, isGuarded, refuseOpen } from './checked-options.js';
import { controllerOf } from './dashboard.controller.js';
import { Dashboard, type DashboardConfig } from './dashboard.js';
import type {
  SagaDashboardAsyncOptions,
  SagaDashboardOptions,
  SagaDashboardSettings,
} from './options.js';

const DASHBOARD_CONFIG = Symbol('saga dashboard: its settings');
const PATH = 'sagas-dashboard';

type Place = Pick<SagaDashboardOptions, 'path' | 'guards' | 'imports'>;

function made({ path = PATH, guards, imports = [] }: Place, config: Provider): DynamicModule {
  return {
    module: SagaDashboardModule,
    imports,
    controllers: [controllerOf(path, guards)],
    providers: [
      config,
      {
        provide: Dashboard,
        inject: [
          ...[DASHBOARD_CONFIG, SagaOperations, SagaEvents],
          ...[SAGA_ENGINE, SAGA_LOGGER, SAGA_OPTIONS],
        ],
        useFactory: (
          given: DashboardConfig,
          operations: SagaOperations,
          events: SagaEvents,
          engine: SagaEngine,
          logger: SagaLogger,
          { codec = jsonCodec }: SagaModuleOptions,
        ) => new Dashboard(given, operations, events, engine, logger, codec),
      },
    ],
  };
}

/**
 * A dashboard for the sagas of the application: a page, and what it asks for, under your guards. Import it
 * beside `SagaModule.forRoot()`. Without a guard it is served to this machine alone, and in production the
 * application does not start.
 */
@Module({})
export class SagaDashboardModule {
  /** @throws SagaOptionsError for what it cannot use. */
  static forRoot(options: SagaDashboardOptions = {}): DynamicModule {
    checkDashboard(options, 'What forRoot() is given');
    const { path = PATH, guards, imports: _, ...settings } = options;
    const useFactory = (): DashboardConfig => {
      refuseOpen(guards, path);
      return { settings, guarded: isGuarded(guards) };
    };
    return made(options, { provide: DASHBOARD_CONFIG, useFactory });
  }

  /**
   * As {@link forRoot}, with settings that a factory makes. Nest must know `path` and `guards` before that.
   *
   * @throws SagaOptionsError for what it cannot use; for what the factory makes, when the application starts.
   */
  static forRootAsync(options: SagaDashboardAsyncOptions): DynamicModule {
    checkDashboardAsync(options);
    const { path = PATH, guards, useFactory: make, inject = [] } = options;
    const useFactory = async (...args: never[]): Promise<DashboardConfig> => {
      refuseOpen(guards, path);
      const settings: SagaDashboardSettings = await make(...args);
      checkDashboard(settings, 'What the useFactory of forRootAsync() gives');
      return { settings, guarded: isGuarded(guards) };
    };
    const config: FactoryProvider = { provide: DASHBOARD_CONFIG, useFactory, inject };
    return made(options, config);
  }
}
