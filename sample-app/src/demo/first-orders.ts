import type { INestApplication } from '@nestjs/common';
import { SagaOperations } from 'nestjs-saga-orchestrator';
import { Checkout } from '../orders/checkout.js';
import type { PlaceOrder } from '../orders/order.js';

/** One for each way in which an order can end. */
const ORDERS: readonly PlaceOrder[] = [
  { userId: 'user-1', productId: 'book', quantity: 2 },
  { userId: 'user-flaky', productId: 'lamp', quantity: 1 },
  { userId: 'user-slow', productId: 'book', quantity: 1 },
  { userId: 'user-1', productId: 'piano', quantity: 3 },
  { userId: 'user-declined', productId: 'lamp', quantity: 2 },
  { userId: 'user-offline', productId: 'book', quantity: 1 },
  { userId: 'user-blocked', productId: 'lamp', quantity: 1 },
];

/** Places them where no saga is kept yet, so that there is something to look at. */
export async function firstOrders(app: INestApplication): Promise<void> {
  const { sagas } = await app.get(SagaOperations).list({ limit: 1 });
  if (sagas.length > 0) return;
  for (const order of ORDERS) {
    const placed = await app.get(Checkout).place(order);
    // How it ends is in the dashboard, and in the log.
    await placed.result().catch(() => undefined);
  }
}
