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
import { BESIDE_ITS_RECORD } from '../sagas/saga-options.js';
import type { Tx } from '../storage/shop-database.js';
import type { PlaceOrder } from './order.js';
import { OrdersService } from './orders.service.js';

/** What the steps that others build on leave behind, by label. */
interface Results {
  ReserveStock: Reservation;
  ChargePayment: Payment;
}

type Context = ISagaContext<PlaceOrder, Results>;
type UndoContext<TResult = unknown> = ISagaCompensationContext<PlaceOrder, TResult, Results>;

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
 * Steps in the shop's own tables get a transaction, in which the record that they are done is stored, too: they take
 * place once, whatever crashes. The payment service is elsewhere. It is told in headers which step calls, and has a
 * barrier before what it does.
 */
@Saga({ name: CREATE_ORDER, version: 1 })
@Injectable()
export class CreateOrderSaga {
  constructor(
    private readonly orders: OrdersService,
    private readonly inventory: InventoryService,
    private readonly payments: PaymentsService,
  ) {}

  // The order is there already: its row was stored together with this saga. This step knows how to close it.
  @SagaStep({ label: 'CreateOrder', ...BESIDE_ITS_RECORD, compensate: 'cancelOrder' })
  createOrder(ctx: Context) {
    return { orderId: ctx.sagaId };
  }

  async cancelOrder(ctx: UndoContext, tx: Tx) {
    await this.orders.cancel(tx, ctx.sagaId);
  }

  // The database may be busy, so it is asked up to three times. "Out of stock" is a final answer.
  @SagaStep({
    label: 'ReserveStock',
    ...BESIDE_ITS_RECORD,
    retry: 2,
    compensate: 'releaseStock',
  })
  reserveStock(ctx: Context, tx: Tx) {
    const { productId, quantity } = ctx.context;
    return this.inventory.reserve(tx, productId, quantity);
  }

  async releaseStock(ctx: UndoContext<Reservation>, tx: Tx) {
    const { productId, quantity } = ctx.context;
    await this.inventory.release(tx, productId, quantity);
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
  @SagaStep({ label: 'ConfirmOrder', ...BESIDE_ITS_RECORD, pivot: true })
  confirmOrder(ctx: Context, tx: Tx) {
    const payment = known(ctx.getStepResult('ChargePayment'), 'the payment');
    return this.orders.confirm(tx, ctx.sagaId, payment);
  }
}
