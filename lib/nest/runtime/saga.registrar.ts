import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import type { SagaLogger } from '../../core/index.js';
import { SagaExplorer } from '../discovery/index.js';
import type { SagaModuleOptions } from '../saga-module-options.js';
import { SAGA_LOGGER, SAGA_OPTIONS } from '../tokens.js';
import { reportMissingCompensations } from './missing-compensations.js';
import { SagaOrchestratorFactory } from './saga-orchestrator.factory.js';
import { reportUnnamedSagas } from './unnamed-sagas.js';

/** Finds the sagas of the application when it starts, and makes them runnable. */
@Injectable()
export class SagaRegistrar implements OnModuleInit {
  constructor(
    @Inject(SAGA_LOGGER) private readonly logger: SagaLogger,
    @Inject(SAGA_OPTIONS) private readonly options: SagaModuleOptions,
    private readonly explorer: SagaExplorer,
    private readonly factory: SagaOrchestratorFactory,
  ) {}

  onModuleInit(): void {
    const sagas = this.explorer.explore();
    this.factory.register(sagas);
    for (const { definition } of sagas) reportMissingCompensations(definition, this.logger);
    reportUnnamedSagas(sagas, this.options, this.logger);
  }
}
