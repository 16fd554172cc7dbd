import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import type { SagaDefinition, SagaLogger } from '../../core/index.js';
import { report } from '../../core/ports/index.js';
import { SagaExplorer } from '../discovery/index.js';
import { SAGA_LOGGER } from '../tokens.js';
import { SagaOrchestratorFactory } from './saga-orchestrator.factory.js';

/** Labels before the pivot whose effect nothing would undo, and nothing says that this is meant. */
function undoless(definition: SagaDefinition): readonly string[] {
  const pivot = definition.forward.findIndex(({ policy }) => policy.pivot);
  const undoable = pivot < 0 ? definition.forward : definition.forward.slice(0, pivot);
  return undoable
    .filter(({ compensate, policy }) => compensate === undefined && !policy.nothingToUndo)
    .map(({ label }) => label);
}

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
    for (const { definition } of sagas) {
      const labels = undoless(definition).map((label) => `'${label}'`);
      if (labels.length === 0) continue;
      report(
        this.logger,
        'warn',
        `Saga ${definition.name} has no compensation for ${labels.join(', ')}; ` +
          'give one, or `compensate: NOTHING_TO_UNDO` where there is nothing to undo',
        { saga: definition.name },
      );
    }
  }
}
