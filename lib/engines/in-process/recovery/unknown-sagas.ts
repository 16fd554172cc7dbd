import type { AbandonedSagas, Clock, SagaLogger } from '../../../core/index.js';
import { type DefinitionRegistry, messageOf, report, shown } from '../../../core/engine/index.js';
import type { JournalAccess } from '../ownership/index.js';

/** How often sagas of unknown names are reported, in ms. */
const EVERY_MS = 600_000;

function lineOf({ name, version, sagas }: AbandonedSagas): string {
  const [which, wait] = sagas === 1 ? ['saga', 'waits'] : ['sagas', 'wait'];
  return (
    `${sagas} ${which} ${shown(name)} of version ${version} ${wait} for a process that knows them, and ` +
    'no saga of this application is called so. Bring it back under that name, where it was renamed, ' +
    'removed or minified, or belongs to factory.create(), which nobody resumes: use factory.define(); ' +
    "give each service an application of its own, where it is another service's; or cancel, terminate " +
    'and forget them by SagaOperations'
  );
}

/**
 * Warns at start-up, and from time to time, of sagas that wait in the journal for a process that knows
 * their name: one line per name and version. Nothing waits for the report, and it never throws.
 */
export class UnknownSagas {
  #stopped = false;
  #unschedule: (() => void) | undefined;

  constructor(
    private readonly access: JournalAccess,
    private readonly registry: DefinitionRegistry,
    private readonly clock: Clock,
    private readonly logger: SagaLogger,
  ) {}

  start(): void {
    if (this.#stopped) return;
    void this.#look();
  }

  stop(): void {
    this.#stopped = true;
    this.#unschedule?.();
  }

  async #look(): Promise<void> {
    const { logger } = this;
    const { journal, application } = this.access;
    try {
      const found = await journal.abandoned({ application, except: this.registry.names });
      for (const sagas of this.#stopped ? [] : found) {
        report(logger, 'warn', lineOf(sagas), { saga: sagas.name, count: sagas.sagas });
      }
    } catch (error) {
      if (this.#stopped) return;
      const what = 'Sagas that nobody knows could not be looked up; it is tried again';
      report(logger, 'warn', what, { error: messageOf(error) });
    }
    if (this.#stopped) return;
    this.#unschedule = this.clock.schedule(EVERY_MS, () => this.start(), true);
  }
}
