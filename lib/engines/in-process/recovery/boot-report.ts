import { evolve, type SagaDefinition, type SagaRow, SagaState } from '../../../core/index.js';
import {
  decodeHead,
  fullMessageOf,
  missingUndos,
  quoted,
  report,
  shownWhole,
} from '../../../core/engine/index.js';
import { storedSaga, type EngineParts } from '../engine-parts.js';
import { listIds } from '../runs/list-ids.js';
import { refuseUnreadable } from '../runs/readable.js';

/** How many live sagas of a name are looked at. */
const MAX_LOOKED_AT = 1_000;
/** How many names are looked up at once. */
const READERS = 4;

async function missingUndosOf(
  parts: EngineParts,
  row: SagaRow,
  definition: SagaDefinition,
): Promise<readonly string[]> {
  const stored = await storedSaga(parts, row);
  refuseUnreadable(stored);
  const state = new SagaState();
  for (const { head } of stored.entries) {
    evolve(state, decodeHead(head));
  }
  if (state.parked?.reason === 'terminated') return [];
  return missingUndos(definition, state);
}

/** The ids of the live sagas of a name that owe an undo which their definition lacks, by label. */
async function owedUndos(
  parts: EngineParts,
  name: string,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const { journal, application } = parts.journaling;
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
      const definition = parts.registry.get(name, row.version);
      if (definition.fingerprint === row.fingerprint) continue;
      // One that cannot be read is parked by the worker, and says so itself.
      const labels = await missingUndosOf(parts, row, definition).catch(() => []);
      for (const label of labels) owed.set(label, [...(owed.get(label) ?? []), row.id]);
    }
    cursor = page.nextCursor;
    looked += page.rows.length;
  } while (cursor !== undefined && looked < MAX_LOOKED_AT);
  return owed;
}

async function reportOwed(parts: EngineParts, name: string): Promise<void> {
  const { logger } = parts;
  const named = shownWhole(name);
  let owed: ReadonlyMap<string, readonly string[]>;
  try {
    owed = await owedUndos(parts, name);
  } catch (error) {
    report(
      logger,
      'warn',
      `The undos that unfinished sagas of ${named} owe could not be looked up`,
      {
        saga: name,
        error: fullMessageOf(error),
      },
    );
    return;
  }
  if (owed.size === 0) return;
  const shown = [...owed].map(([label, ids]) => `${quoted(label)} by ${listIds(ids.map(quoted))}`);
  report(
    logger,
    'warn',
    `Saga ${named} has unfinished instances that owe an undo which its definition lacks: ` +
      `${shown.join('; ')}. Keep these steps: retired: true of @SagaStep(), retired() of a chain`,
    { saga: name, labels: [...owed.keys()] },
  );
}

/**
 * Says at start-up which live sagas owe an undo that their definition no longer has: one line per
 * saga, before any of them has to be parked for it. Reads a few names at a time, so that the appends
 * of sagas find the journal free; nothing waits for it. Never rejects.
 */
export async function bootReport(parts: EngineParts, isClosing: () => boolean): Promise<void> {
  const names = [...parts.registry.names];
  const reader = async (): Promise<void> => {
    for (let name = names.shift(); name !== undefined; name = names.shift()) {
      if (isClosing()) return;
      await reportOwed(parts, name);
    }
  };
  await Promise.all(Array.from({ length: READERS }, reader));
}
