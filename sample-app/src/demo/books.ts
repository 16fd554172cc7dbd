import type { INestApplication } from '@nestjs/common';
import { InventoryService } from '../inventory/inventory.service.js';
import { OrdersService } from '../orders/orders.service.js';
import { PaymentProvider } from '../payments/payment-provider.js';

/** What the three services have in their books at one moment. */
export function booksOf(app: INestApplication) {
  return {
    stock: app.get(InventoryService).levels(),
    money: app.get(PaymentProvider).totals(),
    orders: app.get(OrdersService).all(),
  };
}

export type Books = ReturnType<typeof booksOf>;
