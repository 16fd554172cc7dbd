import { Module, type DynamicModule } from '@nestjs/common';
import { checkedOptions } from './checked-options.js';
import { SagaOptionsError } from '../core/index.js';
import { shown } from '../core/definition/index.js';
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
  /** @throws SagaOptionsError for options that it has not; for their values when the application starts. */
  static forRoot(options: SagaModuleOptions = {}): DynamicModule {
    const useValue = checkedOptions(options, 'What forRoot() is given');
    const core = SagaCoreModule.with({ provide: SAGA_OPTIONS, useValue });
    return { module: SagaModule, imports: [core] };
  }

  static forRootAsync(options: SagaModuleAsyncOptions): DynamicModule {
    const { useFactory: make, inject = [], imports = [] } = options;
    if (typeof make !== 'function') {
      throw new SagaOptionsError(
        `forRootAsync() must be given { useFactory } (got ${shown(make)})`,
      );
    }
    const useFactory = async (...args: never[]): Promise<SagaModuleOptions> =>
      checkedOptions(await make(...args), 'What the useFactory of forRootAsync() gives');
    const core = SagaCoreModule.with({ provide: SAGA_OPTIONS, useFactory, inject }, imports);
    return { module: SagaModule, imports: [core] };
  }
}
