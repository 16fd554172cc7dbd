import {
  Global,
  Module,
  type DynamicModule,
  type FactoryProvider,
  type ModuleMetadata,
} from '@nestjs/common';
import { DiscoveryModule, DiscoveryService } from '@nestjs/core';
import { SagaOptionsError } from '../core/index.js';
import { groupProblem, refuseProblems, shown, unknownProblems } from '../core/engine/index.js';
import type { SagaBarrierOptions } from './options.js';
import { SagaBarrier } from './saga-barrier.js';

const BARRIER_OPTIONS = Symbol.for('nestjs-saga-orchestrator.barrier-options');

/** For options that have to be injected. */
export interface SagaBarrierModuleAsyncOptions extends Pick<ModuleMetadata, 'imports'> {
  readonly inject?: FactoryProvider['inject'];
  readonly useFactory: (...injected: never[]) => SagaBarrierOptions | Promise<SagaBarrierOptions>;
}

/** Of two, the order of imports would decide in which database a call is looked up. */
function checkOnce(discovery: DiscoveryService): void {
  const { length } = discovery.getProviders().filter(({ token }) => token === BARRIER_OPTIONS);
  if (length <= 1) return;
  throw new SagaOptionsError(
    `SagaBarrierModule is configured ${length === 2 ? 'twice' : `${length} times`}; call forRoot() once, in the ` +
      'root module, it is global. For a second database provide a `new SagaBarrier({ transactions })` of your own',
  );
}

function barrierOf(options: SagaBarrierOptions, discovery: DiscoveryService): SagaBarrier {
  checkOnce(discovery);
  return new SagaBarrier(options);
}

function moduleWith(
  options: FactoryProvider,
  imports: NonNullable<ModuleMetadata['imports']> = [],
): DynamicModule {
  const barrier: FactoryProvider = {
    provide: SagaBarrier,
    useFactory: barrierOf,
    inject: [BARRIER_OPTIONS, DiscoveryService],
  };
  return {
    module: SagaBarrierModule,
    imports: [DiscoveryModule, ...imports],
    providers: [options, barrier],
    exports: [SagaBarrier],
  };
}

/** Gives the {@link SagaBarrier} of this service to inject. It is global: import it once, in the root module. */
@Global()
@Module({})
export class SagaBarrierModule {
  /** Options are checked, and the table is found or made, when the application starts. */
  static forRoot(options: SagaBarrierOptions): DynamicModule {
    return moduleWith({ provide: BARRIER_OPTIONS, useFactory: () => options });
  }

  /** @throws SagaOptionsError for what it cannot use. */
  static forRootAsync(options: SagaBarrierModuleAsyncOptions): DynamicModule {
    refuseProblems([groupProblem('What forRootAsync() is given', options)]);
    refuseProblems([
      ...unknownProblems('forRootAsync()', options, ['imports', 'inject', 'useFactory']),
      typeof options.useFactory === 'function'
        ? undefined
        : `forRootAsync() must be given { useFactory } (got ${shown(options.useFactory)})`,
    ]);
    const { useFactory, inject = [], imports = [] } = options;
    return moduleWith({ provide: BARRIER_OPTIONS, useFactory, inject }, imports);
  }
}
