import {
  Inject,
  Injectable,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
} from '@nestjs/common';
import type { SagaEngine } from '../../core/index.js';
import { SAGA_ENGINE } from '../tokens.js';
import { SagaEvents } from './saga-events.js';

/**
 * Takes up what was left behind once the application is up, and lets sagas come to a step boundary
 * before it goes down. It lives in the module that the application imports, not in the global one:
 * Nest starts global modules first and destroys them last, and sagas need the others.
 */
@Injectable()
export class SagaLifecycle implements OnApplicationBootstrap, OnModuleDestroy {
  constructor(
    @Inject(SAGA_ENGINE) private readonly engine: SagaEngine,
    private readonly events: SagaEvents,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.engine.open();
    await this.engine.recover();
  }

  async onModuleDestroy(): Promise<void> {
    await this.engine.close();
    this.events.complete();
  }
}
