import { loadLibrary } from '../durable/ours.mjs';
import { startApp, world } from '../durable/place-order.mjs';
import { cancelOrder, chargeCard, createOrder, reserveStock } from './steps.mjs';

/**
 * A decorated class through Nest with the memory journal: everything that a durable saga does but
 * the disk. The context is a copy then, so it says by number which order is meant.
 */
export async function throughNest(lib) {
  const orders = new Map();
  const of = (ctx) => orders.get(ctx.context.number);
  world.createOrder = (ctx) => createOrder(of(ctx));
  world.reserveStock = (ctx) => reserveStock(of(ctx));
  world.chargeCard = (ctx) => chargeCard(of(ctx));
  world.undo = (ctx) => cancelOrder(of(ctx));
  const { app, saga } = await startApp(await loadLibrary(lib), {});
  let last = 0;
  return {
    name: 'ours through Nest, memory journal',
    undone: 2,
    async run(order) {
      const number = (last += 1);
      orders.set(number, order);
      try {
        await saga({ number }).runAsync();
      } finally {
        orders.delete(number);
      }
    },
    close: () => app.close(),
  };
}
