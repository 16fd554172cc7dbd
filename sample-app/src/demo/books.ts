import type { INestApplication } from '@nestjs/common';
import { InventoryService } from '../inventory/inventory.service.js';
import { OrdersService } from '../orders/orders.service.js';
import { Charges } from '../payment-service/charges.js';

/** What the three services have in their books at one moment. Those of the payments are in a file of their own. */
export function booksOf(app: INestApplication) {
  const charges = new Charges();
  const money = charges.totals();
  charges.close();
  return { stock: app.get(InventoryService).levels(), money, orders: app.get(OrdersService).all() };
}

export type Books = ReturnType<typeof booksOf>;
