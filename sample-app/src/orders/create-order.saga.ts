import { Injectable } from '@nestjs/common';
import {
  NonRetryableError,
  Saga,
  SagaStep,
  type ISagaCompensationContext,
  type ISagaContext,
} from 'nestjs-saga-orchestrator';
import { InventoryService, type Reservation } from '../inventory/inventory.service.js';
import { PaymentsService, type Payment } from '../payments/payments.service.js';
import type { PlaceOrder } from './order.js';
import { OrdersService } from './orders.service.js';

/** What the steps share: the request, and what they learn on the way. */
export interface CreateOrderContext extends PlaceOrder {
  orderId?: string;
}

/** What the steps that others build on leave behind, by label. */
interface Results {
  ReserveStock: Reservation;
  ChargePayment: Payment;
}

type Context = ISagaContext<CreateOrderContext, Results>;
type UndoContext<TResult = unknown> = ISagaCompensationContext<
  CreateOrderContext,
  TResult,
  Results
>;

export const CREATE_ORDER = 'CreateOrder';

/** What an earlier step must have left behind. */
function known<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new NonRetryableError(`${what} is not known`);
  return value;
}

/**
 * Places an order. The steps run from top to bottom; when one has failed for good, the undos of those
 * before it run from there back to the top.
 *
 * Two habits make every step safe to repeat and safe to undo: actions hand `ctx.idempotencyKey` on,
 * and undos hand on `ctx.actionIdempotencyKey`, the key of what they undo. So an undo needs nothing
 * that its action may not have lived to return. The payment service is told both in headers, and has a barrier
 * before what it does; the others see to repetitions by themselves.
 */
@Saga({ name: CREATE_ORDER, version: 1 })
@Injectable()
export class CreateOrderSaga {
  constructor(
    private readonly orders: OrdersService,
    private readonly inventory: InventoryService,
    private readonly payments: PaymentsService,
  ) {}

  @SagaStep({ label: 'CreateOrder', compensate: 'cancelOrder' })
  async createOrder(ctx: Context) {
    const order = await this.orders.open(ctx.idempotencyKey, ctx.context);
    ctx.context.orderId = order.id;
    return { orderId: order.id };
  }

  async cancelOrder(ctx: UndoContext) {
    await this.orders.cancel(ctx.actionIdempotencyKey);
  }

  // The warehouse may be busy, so it is asked up to three times. "Out of stock" is a final answer.
  @SagaStep({ label: 'ReserveStock', retry: 2, compensate: 'releaseStock' })
  reserveStock(ctx: Context) {
    const { productId, quantity } = ctx.context;
    return this.inventory.reserve(ctx.idempotencyKey, productId, quantity);
  }

  async releaseStock(ctx: UndoContext<Reservation>) {
    await this.inventory.release(ctx.actionIdempotencyKey);
  }

  // A customer is waiting: half a second per attempt. After a timeout nobody knows whether the money
  // moved, so the provider is asked before the charge is repeated or refunded. `ctx.signal` ends
  // the request that nobody waits for any more.
  @SagaStep({
    label: 'ChargePayment',
    retry: { retries: 3, delay: 100, factor: 2 },
    timeout: 500,
    probe: 'findPayment',
    compensate: 'refundPayment',
  })
  chargePayment(ctx: Context) {
    const { amountCents } = known(ctx.getStepResult('ReserveStock'), 'the price');
    return this.payments.charge(ctx, { userId: ctx.context.userId, amountCents });
  }

  findPayment(ctx: Context) {
    return this.payments.find(ctx);
  }

  async refundPayment(ctx: UndoContext<Payment>) {
    await this.payments.refund(ctx);
  }

  // The point of no return: a confirmed order stays confirmed, so there is nothing to undo.
  @SagaStep({ label: 'ConfirmOrder', pivot: true })
  confirmOrder(ctx: Context) {
    const payment = known(ctx.getStepResult('ChargePayment'), 'the payment');
    return this.orders.confirm(known(ctx.context.orderId, 'the order'), payment);
  }
}
