import { Module, type DynamicModule, type InjectionToken, type Provider } from '@nestjs/common';
import { methodsProblem, refuseProblems } from '../core/definition/index.js';
import { checkAsync, checkedOptions } from './checked-options.js';
import { SagaLifecycle } from './runtime/index.js';
import { SagaCoreModule } from './saga-core.module.js';
import type {
  SagaModuleAsyncOptions,
  SagaModuleOptions,
  SagaOptionsFactory,
} from './saga-module-options.js';
import { SAGA_OPTIONS } from './tokens.js';

/** As Nest's own modules have it: by a function, a class, or a provider that is there. */
function optionsProviders(options: SagaModuleAsyncOptions): readonly Provider[] {
  const { useFactory: make, useClass, useExisting, inject = [] } = options;
  const provider = (
    given: (...args: never[]) => unknown,
    what: string,
    tokens: NonNullable<typeof inject>,
  ): Provider => ({
    provide: SAGA_OPTIONS,
    useFactory: async (...args: never[]) => checkedOptions(await given(...args), what),
    inject: tokens,
  });
  if (make !== undefined) {
    return [provider(make, 'What the useFactory of forRootAsync() gives', inject)];
  }
  const token = (useExisting ?? useClass) as InjectionToken;
  const what = 'What createSagaOptions() of forRootAsync() gives';
  return [provider(createdBy, what, [token]), ...(useClass === undefined ? [] : [useClass])];
}

/** @throws SagaOptionsError for a provider that makes none. */
function createdBy(
  factory: SagaOptionsFactory,
): ReturnType<SagaOptionsFactory['createSagaOptions']> {
  const what = 'What makes the options of forRootAsync()';
  const rule = 'one with the method createSagaOptions';
  refuseProblems([methodsProblem(what, factory, ['createSagaOptions'], rule)]);
  return factory.createSagaOptions();
}

/**
 * Finds the `@Saga` providers of the application when it starts and makes them runnable. What it
 * exports is global: import it once, in the root module. It opens no port and registers no route.
 */
@Module({ providers: [SagaLifecycle] })
export class SagaModule {
  /** @throws SagaOptionsError for unknown options; for their values when the application starts. */
  static forRoot(options: SagaModuleOptions = {}): DynamicModule {
    const useValue = checkedOptions(options, 'What forRoot() is given');
    const core = SagaCoreModule.with([{ provide: SAGA_OPTIONS, useValue }]);
    return { module: SagaModule, imports: [core] };
  }

  /** @throws SagaOptionsError for what it cannot use; for what the factory makes, when the application starts. */
  static forRootAsync(options: SagaModuleAsyncOptions): DynamicModule {
    checkAsync(options);
    const core = SagaCoreModule.with(optionsProviders(options), options.imports);
    return { module: SagaModule, imports: [core] };
  }
}
