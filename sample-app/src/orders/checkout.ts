import { randomUUID } from 'node:crypto';
import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { SagaOrchestratorFactory } from 'nestjs-saga-orchestrator';
import { isOnRestate } from '../sagas/saga-options.js';
import { ShopDatabase, type Tx } from '../storage/shop-database.js';
import { CreateOrderSaga } from './create-order.saga.js';
import type { Order, PlaceOrder } from './order.js';
import { OrdersService } from './orders.service.js';

/** Places orders: the row of an order and its saga, both or neither. */
@Injectable()
export class Checkout implements OnApplicationBootstrap {
  constructor(
    private readonly database: ShopDatabase,
    private readonly orders: OrdersService,
    private readonly sagas: SagaOrchestratorFactory,
  ) {}

  /**
   * Resolves once both are stored. Who asks again with the same id gets the order that is there.
   *
   * @param id Of the order and of its saga.
   */
  async place(order: PlaceOrder, id: string = randomUUID()) {
    if (isOnRestate()) return this.#placeOnRestate(order, id);
    return this.database.run(async (tx) => {
      await this.orders.open(tx, id, order);
      return this.#start(order, id, { transaction: tx });
    });
  }

  /**
   * Restate keeps sagas outside of our database. So the row goes first, and the saga follows under its id: at the latest
   * when this application starts again. A second start does nothing.
   */
  async #placeOnRestate(order: PlaceOrder, id: string) {
    await this.database.run((tx) => this.orders.open(tx, id, order));
    // The row says what is ordered, also where another request with this id came first: then this one is refused.
    await this.#startPending(await this.orders.find(id));
    return this.#start(order, id);
  }

  async onApplicationBootstrap(): Promise<void> {
    if (!isOnRestate()) return;
    for (const order of await this.orders.all()) await this.#startPending(order);
  }

  async #startPending(order: Order | undefined): Promise<void> {
    if (order?.status !== 'pending') return;
    const { id, userId, productId, quantity } = order;
    await this.#start({ userId, productId, quantity }, id);
  }

  #start(order: PlaceOrder, id: string, within: { transaction?: Tx } = {}) {
    return this.sagas.for(CreateOrderSaga, order, { id, ...within }).start();
  }
}
