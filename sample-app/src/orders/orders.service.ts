import { Injectable, Optional } from '@nestjs/common';
import { ResultFactory, type Result } from 'nestjs-saga-orchestrator';
import type { Payment } from '../payments/payments.service.js';
import { Storage, type Shelf } from '../storage/storage.js';
import type { Order, PlaceOrder } from './order.js';

/** The orders of this service. An order is opened once per idempotency key. */
@Injectable()
export class OrdersService {
  readonly #orders: Shelf<Order>;
  readonly #idByKey: Shelf<string>;

  /** Without a storage they are kept in memory. */
  constructor(@Optional() storage?: Storage) {
    this.#orders = storage?.shelf('orders') ?? new Map<string, Order>();
    this.#idByKey = storage?.shelf('order-keys') ?? new Map<string, string>();
  }

  async open(key: string, { userId, productId, quantity }: PlaceOrder): Promise<Order> {
    const known = this.find(this.#idByKey.get(key));
    if (known !== undefined) return known;
    const id = `order-${this.#orders.size + 1}`;
    // First the key: what a crash leaves behind is then a key without an order, which gets one later.
    this.#idByKey.set(key, id);
    return this.#save({ id, userId, productId, quantity, status: 'pending' });
  }

  async confirm(id: string, payment: Payment): Promise<Result<Order>> {
    const order = this.find(id);
    if (order === undefined || order.status === 'cancelled') {
      return ResultFactory.nonRetryable('ORDER_CLOSED', `Order '${id}' is not open`);
    }
    if (order.userId === 'user-blocked') {
      return ResultFactory.nonRetryable('CUSTOMER_BLOCKED', 'The customer was blocked');
    }
    return ResultFactory.success(this.#save({ ...order, status: 'confirmed', payment }));
  }

  /** Takes the key of {@link open}: its answer, and the order's id with it, may have been lost. */
  async cancel(key: string): Promise<void> {
    const order = this.find(this.#idByKey.get(key));
    if (order !== undefined) this.#save({ ...order, status: 'cancelled' });
  }

  find(id: string | undefined): Order | undefined {
    return id === undefined ? undefined : this.#orders.get(id);
  }

  all(): Order[] {
    return [...this.#orders.values()];
  }

  #save(order: Order): Order {
    this.#orders.set(order.id, order);
    return order;
  }
}
