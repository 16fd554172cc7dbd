import {
  evolve,
  type SagaDefinition,
  type SagaLogger,
  type SagaRow,
  SagaState,
} from '../../../core/index.js';
import {
  decodeHead,
  type DefinitionRegistry,
  fullMessageOf,
  missingUndos,
  quoted,
  report,
  shownWhole,
} from '../../../core/engine/index.js';
import type { JournalAccess } from '../ownership/index.js';
import { listIds, refuseUnreadable, type SagaReader } from '../runs/index.js';

/** How many unfinished sagas of a name are looked at. */
const MAX_LOOKED_AT = 1_000;
/** How many names are looked up at once. */
const READERS = 4;

/**
 * Warns at start-up of unfinished sagas that owe an undo which their definition no longer has: one line
 * per saga name, before any saga has to be parked for it. Reads a few names at a time, so that appends
 * are not held up. Nothing waits for the report, and it never throws.
 */
export class BootReport {
  #stopped = false;

  constructor(
    private readonly access: JournalAccess,
    private readonly registry: DefinitionRegistry,
    private readonly reader: SagaReader,
    private readonly logger: SagaLogger,
  ) {}

  start(): void {
    const names = [...this.registry.names];
    for (let reader = 0; reader < READERS; reader += 1) void this.#report(names);
  }

  stop(): void {
    this.#stopped = true;
  }

  async #report(names: string[]): Promise<void> {
    for (let name = names.shift(); name !== undefined; name = names.shift()) {
      if (this.#stopped) return;
      await this.#reportOwed(name);
    }
  }

  async #reportOwed(name: string): Promise<void> {
    const named = shownWhole(name);
    let owed: ReadonlyMap<string, readonly string[]>;
    try {
      owed = await this.#owedUndos(name);
    } catch (error) {
      const what = `The undos that unfinished sagas of ${named} owe could not be looked up`;
      report(this.logger, 'warn', what, { saga: name, error: fullMessageOf(error) });
      return;
    }
    if (owed.size === 0) return;
    const shown = [...owed].map(
      ([label, ids]) => `${quoted(label)} by ${listIds(ids.map(quoted))}`,
    );
    report(
      this.logger,
      'warn',
      `Saga ${named} has unfinished instances that owe an undo which its definition lacks: ` +
        `${shown.join('; ')}. Keep these steps: retired: true of @SagaStep(), retired() of a chain`,
      { saga: name, labels: [...owed.keys()] },
    );
  }

  /**
   * The ids of the unfinished sagas of a name that owe an undo which their definition lacks, by label.
   */
  async #owedUndos(name: string): Promise<ReadonlyMap<string, readonly string[]>> {
    const { journal, application } = this.access;
    const owed = new Map<string, string[]>();
    let cursor: string | undefined;
    let looked = 0;
    do {
      const page = await journal.list({
        application,
        name,
        status: ['running', 'compensating', 'parked'],
        limit: 100,
        ...(cursor === undefined ? {} : { cursor }),
      });
      for (const row of page.rows) {
        const definition = this.registry.get(name, row.version);
        if (definition.fingerprint === row.fingerprint) continue;
        // The worker parks sagas that cannot be read, and logs that.
        const labels = await this.#missingUndos(row, definition).catch(() => []);
        for (const label of labels) owed.set(label, [...(owed.get(label) ?? []), row.id]);
      }
      cursor = page.nextCursor;
      looked += page.rows.length;
    } while (cursor !== undefined && looked < MAX_LOOKED_AT);
    return owed;
  }

  async #missingUndos(row: SagaRow, definition: SagaDefinition): Promise<readonly string[]> {
    const stored = await this.reader.stored(row);
    refuseUnreadable(stored);
    const state = new SagaState();
    for (const { head } of stored.entries) {
      evolve(state, decodeHead(head));
    }
    if (state.parked?.reason === 'terminated') return [];
    return missingUndos(definition, state);
  }
}
