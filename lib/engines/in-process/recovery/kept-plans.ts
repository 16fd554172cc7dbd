import type { SagaDefinition, SagaLogger } from '../../../core/index.js';
import { type DefinitionRegistry, fullMessageOf, report } from '../../../core/engine/index.js';
import type { JournalAccess } from '../ownership/index.js';

/**
 * Keeps the plans of this process in the journal, for those who look at sagas without their code. Nothing
 * waits for it, and it never throws.
 */
export class KeptPlans {
  #started = false;

  constructor(
    private readonly access: JournalAccess,
    private readonly registry: DefinitionRegistry,
    private readonly logger: SagaLogger,
  ) {}

  start(): void {
    this.#started = true;
    void this.#keep(this.registry.all);
  }

  /** Before the start they are kept with all others. */
  add(definition: SagaDefinition): void {
    if (this.#started) void this.#keep([definition]);
  }

  stop(): void {
    this.#started = false;
  }

  async #keep(definitions: readonly SagaDefinition[]): Promise<void> {
    if (definitions.length === 0) return;
    const { journal, application } = this.access;
    try {
      await journal.savePlans?.(
        application,
        definitions.map((definition) => definition.toJSON()),
      );
    } catch (error) {
      const what =
        'The plans of this process could not be kept; who looks at sagas without code misses them';
      report(this.logger, 'warn', what, { error: fullMessageOf(error) });
    }
  }
}
