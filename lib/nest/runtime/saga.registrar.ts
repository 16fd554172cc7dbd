import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleInit } from '@nestjs/common';
import type { SagaEngine, SagaLogger } from '../../core/index.js';
import { report, shownWhole } from '../../core/ports/index.js';
import {
  EventHandlersExplorer,
  ignoredEnhancers,
  SagaExplorer,
  type DiscoveredSaga,
} from '../discovery/index.js';
import type { SagaModuleOptions } from '../saga-module-options.js';
import { SAGA_ENGINE, SAGA_LOGGER, SAGA_OPTIONS } from '../tokens.js';
import { callHandlers } from './event-handlers.js';
import { reportMissingCompensations } from './missing-compensations.js';
import { SagaEvents } from './saga-events.js';
import { SagaOrchestratorFactory } from './saga-orchestrator.factory.js';
import { reportStart } from './start-up-line.js';
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
export class SagaRegistrar implements OnModuleInit, OnApplicationBootstrap {
  constructor(
    @Inject(SAGA_LOGGER) private readonly logger: SagaLogger,
    @Inject(SAGA_OPTIONS) private readonly options: SagaModuleOptions,
    @Inject(SAGA_ENGINE) private readonly engine: SagaEngine,
    private readonly explorer: SagaExplorer,
    private readonly factory: SagaOrchestratorFactory,
    private readonly handlers: EventHandlersExplorer,
    private readonly events: SagaEvents,
  ) {}

  onModuleInit(): void {
    const sagas = this.explorer.explore();
    this.factory.register(sagas);
    for (const saga of sagas) {
      reportMissingCompensations(saga.definition, this.logger);
      reportIgnored(saga, this.logger);
    }
    callHandlers(this.handlers.explore(), this.events, this.logger);
    reportUnnamedSagas(sagas, this.options, this.logger);
  }

  /** Only now are those known that were defined by hand. */
  onApplicationBootstrap(): void {
    reportStart(this.engine.definitions, this.options, this.logger);
  }
}
