import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import type { SagaLogger } from '../../core/index.js';
import { SagaExplorer } from '../discovery/index.js';
import { SAGA_LOGGER } from '../tokens.js';
import { reportMissingCompensations } from './missing-compensations.js';
import { SagaOrchestratorFactory } from './saga-orchestrator.factory.js';

/** Finds the sagas of the application when it starts, and makes them runnable. */
@Injectable()
export class SagaRegistrar implements OnModuleInit {
  constructor(
    @Inject(SAGA_LOGGER) private readonly logger: SagaLogger,
    private readonly explorer: SagaExplorer,
    private readonly factory: SagaOrchestratorFactory,
  ) {}

  onModuleInit(): void {
    const sagas = this.explorer.explore();
    this.factory.register(sagas);
    for (const { definition } of sagas) reportMissingCompensations(definition, this.logger);
  }
}
