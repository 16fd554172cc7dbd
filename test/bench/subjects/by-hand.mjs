import {
  cancelOrder,
  chargeCard,
  createOrder,
  refundCard,
  releaseStock,
  reserveStock,
} from './steps.mjs';

/** What a team writes when it has no library: undos noted as it goes, results kept, one catch. */
async function placeOrder(order) {
  const undos = [];
  const results = {};
  try {
    results.createOrder = await createOrder(order);
    undos.push(() => cancelOrder(order));
    results.reserveStock = await reserveStock(order);
    undos.push(() => releaseStock(order));
    results.chargeCard = await chargeCard(order);
    undos.push(() => refundCard(order));
    return { context: order, results, isSuccess: true };
  } catch (error) {
    for (const undo of undos.reverse()) await undo();
    throw error;
  }
}

/** The least that undoes in reverse order: nothing is noted or kept. */
async function placeOrderNested(order) {
  await createOrder(order);
  try {
    await reserveStock(order);
    try {
      await chargeCard(order);
    } catch (error) {
      await releaseStock(order);
      throw error;
    }
  } catch (error) {
    await cancelOrder(order);
    throw error;
  }
}

export function nested() {
  return { name: 'hand-written, nested try/catch', run: placeOrderNested, undone: 2 };
}

export function byHand() {
  return { name: 'hand-written try/catch', run: placeOrder, undone: 2 };
}
