import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { startApp, world } from './place-order.mjs';

/** Lets the steps count their effects. */
export function actOn(ledger) {
  const act = (ctx, result) => {
    ledger.act(ctx.context.order);
    return result;
  };
  world.createOrder = async (ctx) => act(ctx, 1);
  world.reserveStock = async (ctx) => act(ctx, 2);
  world.chargeCard = async (ctx) => {
    if (ctx.context.declined) throw new Error('card declined');
    return act(ctx, 3);
  };
  world.undo = async (ctx) => ledger.undo(ctx.context.order);
}

export function loadLibrary(lib) {
  return import(pathToFileURL(join(lib, 'index.js')).href);
}

/** How many sagas of each status the journal has; what is in it only counts when it can be listed. */
async function countAll(operations) {
  const counts = {};
  let cursor;
  do {
    const page = await operations.list({
      limit: 1_000,
      ...(cursor === undefined ? {} : { cursor }),
    });
    for (const { status } of page.sagas) counts[status] = (counts[status] ?? 0) + 1;
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  return counts;
}

/** Our sagas through Nest, as a user runs them; `options` of the module say on what. */
export async function startOurs(config, ledger, options = {}) {
  const library = await loadLibrary(config.lib);
  actOn(ledger);
  const { app, saga } = await startApp(library, options);
  const operations = app.get(library.SagaOperations);
  const before = options.journal === undefined ? {} : await countAll(operations);

  return {
    async run() {
      const order = ledger.open(config.declined);
      try {
        const { isSuccess } = await saga(order).runAsync();
        if (!isSuccess) throw new Error('a saga that resolved has not completed');
      } catch (error) {
        if (!config.declined || error.code !== 'SAGA_EXECUTION') throw error;
      }
    },
    /** How many sagas of this process have ended in a status, by its journal. */
    async ended(status) {
      // In memory the oldest ones are forgotten.
      if (options.journal === undefined) return ledger.opened;
      const counts = await countAll(operations);
      return (counts[status] ?? 0) - (before[status] ?? 0);
    },
    completed: 'completed',
    failed: 'compensated',
    close: () => app.close(),
  };
}
