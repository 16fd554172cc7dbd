import {
  Inject,
  Injectable,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
  Optional,
} from '@nestjs/common';
import { SagaOptionsError, type SagaEngine } from '../../core/index.js';
import { SAGA_ENGINE } from '../tokens.js';
import { SagaEvents } from './saga-events.js';

/**
 * Begins recovery once the application is up, and lets sagas come to a step boundary before it shuts
 * down. It lives in the module that the application imports, not in the global one: Nest starts global
 * modules first and destroys them last, and sagas need the others.
 */
@Injectable()
export class SagaLifecycle implements OnApplicationBootstrap, OnModuleDestroy {
  readonly #engine: SagaEngine;

  /** @throws SagaOptionsError where the module is imported as it is, and forRoot() nowhere. */
  constructor(
    @Optional() @Inject(SAGA_ENGINE) engine?: SagaEngine,
    @Optional() private readonly events?: SagaEvents,
  ) {
    // A testing module may put a mock in place of what is missing.
    if (typeof engine?.open !== 'function') {
      throw new SagaOptionsError(
        'SagaModule is imported as it is; import SagaModule.forRoot() in the root module',
      );
    }
    this.#engine = engine;
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.#engine.open();
    await this.#engine.recover();
  }

  async onModuleDestroy(): Promise<void> {
    await this.#engine.close();
    this.events?.complete();
  }
}
