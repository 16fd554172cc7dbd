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

/**
 * How many of the sagas since then have that status; what is in the journal only counts when it can be
 * listed. Older ones are not looked at: their pages would be commits of the server, too.
 */
async function countSince(operations, createdAfter, status) {
  let count = 0;
  let cursor;
  do {
    const page = await operations.list({
      createdAfter,
      status,
      limit: 1_000,
      ...(cursor === undefined ? {} : { cursor }),
    });
    count += page.sagas.length;
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  return count;
}

/** Our sagas through Nest, as a user runs them; `options` of the module say on what. */
export async function startOurs(config, ledger, options = {}) {
  const began = new Date();
  const library = await loadLibrary(config.lib);
  actOn(ledger);
  const { app, saga } = await startApp(library, options);
  const operations = app.get(library.SagaOperations);

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
      return countSince(operations, began, status);
    },
    completed: 'completed',
    failed: 'compensated',
    close: () => app.close(),
  };
}
