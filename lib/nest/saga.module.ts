import { Module, type DynamicModule } from '@nestjs/common';
import { checkAsync, checkedOptions } from './checked-options.js';
import { SagaLifecycle } from './runtime/index.js';
import { SagaCoreModule } from './saga-core.module.js';
import type { SagaModuleAsyncOptions, SagaModuleOptions } from './saga-module-options.js';
import { SAGA_OPTIONS } from './tokens.js';

/**
 * Finds the `@Saga` providers of the application when it starts and makes them runnable. What it
 * exports is global: import it once, in the root module. It opens no port and registers no route.
 */
@Module({ providers: [SagaLifecycle] })
export class SagaModule {
  /** @throws SagaOptionsError for unknown options; for their values when the application starts. */
  static forRoot(options: SagaModuleOptions = {}): DynamicModule {
    const useValue = checkedOptions(options, 'What forRoot() is given');
    const core = SagaCoreModule.with({ provide: SAGA_OPTIONS, useValue });
    return { module: SagaModule, imports: [core] };
  }

  /** @throws SagaOptionsError for what it cannot use; for what the factory makes, when the application starts. */
  static forRootAsync(options: SagaModuleAsyncOptions): DynamicModule {
    checkAsync(options);
    const { useFactory: make, inject = [], imports = [] } = options;
    const useFactory = async (...args: never[]): Promise<SagaModuleOptions> =>
      checkedOptions(await make(...args), 'What the useFactory of forRootAsync() gives');
    const core = SagaCoreModule.with({ provide: SAGA_OPTIONS, useFactory, inject }, imports);
    return { module: SagaModule, imports: [core] };
  }
}
