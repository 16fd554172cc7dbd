import { Injectable } from '@nestjs/common';
import {
  ResultFactory,
  Saga,
  SagaStep,
  type ISagaCompensationContext,
  type ISagaContext,
} from 'nestjs-saga-orchestrator';

export interface OrderContext {
  readonly productId: string;
  quantity: number;
}

/** Real state, so that what a saga did can be counted. */
@Injectable()
export class Stock {
  left = 5;

  take(quantity: number): boolean {
    if (quantity > this.left) return false;
    this.left -= quantity;
    return true;
  }
}

@Injectable()
export class Payments {
  readonly charged = new Map<string, number>();

  charge(tx: string, cents: number): string {
    this.charged.set(tx, cents);
    return tx;
  }
}

/** Takes stock, then money. A quantity of 13 is more than any card can pay. */
@Saga('PlaceOrder')
@Injectable()
export class PlaceOrderSaga {
  constructor(
    private readonly stock: Stock,
    private readonly payments: Payments,
  ) {}

  @SagaStep({ label: 'ReserveStock', compensate: 'releaseStock' })
  async reserveStock({ context }: ISagaContext<OrderContext>) {
    if (!this.stock.take(context.quantity)) {
      return ResultFactory.error('OUT_OF_STOCK', `no ${context.productId} left`);
    }
    return ResultFactory.success({ reserved: context.quantity });
  }

  releaseStock({ result }: ISagaCompensationContext<OrderContext, { reserved: number }>) {
    this.stock.left += result?.reserved ?? 0;
  }

  @SagaStep({ compensate: 'refund' })
  charge({ context, sagaId }: ISagaContext<OrderContext>) {
    if (context.productId === 'yacht') throw new Error('card 4111-1111 declined');
    return { tx: this.payments.charge(`tx-${sagaId}`, context.quantity * 100) };
  }

  refund({ result }: ISagaCompensationContext<OrderContext, { tx: string }>) {
    this.payments.charged.delete(result?.tx ?? '');
  }
}

export const ORDERS = [Stock, Payments, PlaceOrderSaga];

export function tea(quantity = 2): OrderContext {
  return { productId: 'tea', quantity };
}

export const yacht: OrderContext = { productId: 'yacht', quantity: 1 };
