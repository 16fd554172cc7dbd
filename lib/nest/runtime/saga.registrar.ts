import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import type { SagaLogger } from '../../core/index.js';
import { report, shownWhole } from '../../core/ports/index.js';
import { ignoredEnhancers, SagaExplorer, type DiscoveredSaga } from '../discovery/index.js';
import type { SagaModuleOptions } from '../saga-module-options.js';
import { SAGA_LOGGER, SAGA_OPTIONS } from '../tokens.js';
import { reportMissingCompensations } from './missing-compensations.js';
import { SagaOrchestratorFactory } from './saga-orchestrator.factory.js';
import { reportUnnamedSagas } from './unnamed-sagas.js';

/**
 * Steps are called on the instance, never through Nest's request pipeline: what stands on it and does
 * nothing is warned of.
 */
function reportIgnored({ type, definition }: DiscoveredSaga, logger: SagaLogger): void {
  const ignored = ignoredEnhancers(type);
  if (ignored.length === 0) return;
  const what =
    `Saga ${shownWhole(definition.name)} has decorators that Nest does not apply to steps ` +
    `(${ignored.join(', ')}): remove them, and do in the step what they would do`;
  report(logger, 'warn', what, { saga: definition.name });
}

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
    for (const saga of sagas) {
      reportMissingCompensations(saga.definition, this.logger);
      reportIgnored(saga, this.logger);
    }
    reportUnnamedSagas(sagas, this.options, this.logger);
  }
}
