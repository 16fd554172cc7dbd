/**
 * The saga that every subject runs: three steps that only count, so that what is measured is what
 * runs them. They are shared, so that nobody's steps are better than another's.
 */
export class Order {
  done = 0;
  undone = 0;

  /**
   * @param declined The last step fails.
   * @param gate A promise that the second step waits for.
   */
  constructor(declined = false, gate = undefined) {
    this.declined = declined;
    this.gate = gate;
  }
}

export async function createOrder(order) {
  order.done += 1;
  return 1;
}

/** How many sagas have come to the gate. */
export const arrived = { count: 0 };

export async function reserveStock(order) {
  if (order.gate !== undefined) {
    arrived.count += 1;
    await order.gate;
  }
  order.done += 1;
  return 2;
}

export async function chargeCard(order) {
  if (order.declined) throw new Error('card declined');
  order.done += 1;
  return 3;
}

async function undo(order) {
  order.undone += 1;
}

export { undo as cancelOrder, undo as releaseStock, undo as refundCard };
