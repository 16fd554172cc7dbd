import { Module, type DynamicModule } from '@nestjs/common';
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
  static forRoot(options: SagaModuleOptions = {}): DynamicModule {
    const core = SagaCoreModule.with({ provide: SAGA_OPTIONS, useValue: options });
    return { module: SagaModule, imports: [core] };
  }

  static forRootAsync(options: SagaModuleAsyncOptions): DynamicModule {
    const { useFactory, inject = [], imports = [] } = options;
    const core = SagaCoreModule.with({ provide: SAGA_OPTIONS, useFactory, inject }, imports);
    return { module: SagaModule, imports: [core] };
  }
}
