import type { INestApplication } from '@nestjs/common';
import { SagaOperations } from 'nestjs-saga-orchestrator';
import { InventoryService } from '../inventory/inventory.service.js';
import { OrdersService } from '../orders/orders.service.js';
import { Charges } from '../payment-service/charges.js';

/** What the three services have in their books at one moment, that of payments in a file of its own, and the sagas. */
export async function booksOf(app: INestApplication) {
  const charges = new Charges();
  const money = charges.totals();
  charges.close();
  const { sagas } = await app.get(SagaOperations).list({ limit: 1_000 });
  return {
    stock: await app.get(InventoryService).levels(),
    money,
    orders: await app.get(OrdersService).all(),
    sagas: new Map(sagas.map(({ id, status }) => [id, status])),
  };
}

export type Books = Awaited<ReturnType<typeof booksOf>>;
