import type { Payment } from '../payments/payments.service.js';

/** What a customer asks for. */
export interface PlaceOrder {
  readonly userId: string;
  readonly productId: string;
  readonly quantity: number;
}

export type OrderStatus = 'pending' | 'confirmed' | 'cancelled';

export interface Order extends PlaceOrder {
  readonly id: string;
  readonly status: OrderStatus;
  readonly payment?: Payment;
}
