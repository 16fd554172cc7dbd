import { Injectable } from '@nestjs/common';
import { ResultFactory, type Result } from 'nestjs-saga-orchestrator';
import type { Payment } from '../payments/payments.service.js';
import { ShopDatabase, type Row, type Tx } from '../storage/shop-database.js';
import type { Order, OrderStatus, PlaceOrder } from './order.js';

function orderOf(row: Row): Order {
  const { payment_id: paymentId, amount_cents: amountCents } = row;
  return {
    id: String(row['id']),
    userId: String(row['user_id']),
    productId: String(row['product_id']),
    quantity: Number(row['quantity']),
    status: row['status'] as OrderStatus,
    ...(typeof paymentId === 'string'
      ? { payment: { paymentId, amountCents: Number(amountCents) } }
      : {}),
  };
}

/** The rows of the orders. An order has the id of its saga. */
@Injectable()
export class OrdersService {
  constructor(private readonly database: ShopDatabase) {}

  /** The same order again is the one that is there. */
  async open(tx: Tx, id: string, { userId, productId, quantity }: PlaceOrder): Promise<void> {
    await tx.query(
      `INSERT INTO orders (id, user_id, product_id, quantity, status) VALUES ($1, $2, $3, $4, 'pending')
       ON CONFLICT DO NOTHING`,
      [id, userId, productId, quantity],
    );
  }

  async confirm(tx: Tx, id: string, payment: Payment): Promise<Result<Order>> {
    const [row] = await tx.query(
      `UPDATE orders SET status = 'confirmed', payment_id = $2, amount_cents = $3
       WHERE id = $1 AND status = 'pending' RETURNING *`,
      [id, payment.paymentId, payment.amountCents],
    );
    if (row === undefined) {
      return ResultFactory.nonRetryable('ORDER_CLOSED', `Order '${id}' is not open`);
    }
    if (row['user_id'] === 'user-blocked') {
      return ResultFactory.nonRetryable('CUSTOMER_BLOCKED', 'The customer was blocked');
    }
    return ResultFactory.success(orderOf(row));
  }

  async cancel(tx: Tx, id: string): Promise<void> {
    await tx.query("UPDATE orders SET status = 'cancelled' WHERE id = $1", [id]);
  }

  async find(id: string): Promise<Order | undefined> {
    const [row] = await this.database.read('SELECT * FROM orders WHERE id = $1', [id]);
    return row && orderOf(row);
  }

  async all(): Promise<readonly Order[]> {
    return (await this.database.read('SELECT * FROM orders', [])).map(orderOf);
  }
}
