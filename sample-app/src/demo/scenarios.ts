import type { PlaceOrder } from '../orders/order.js';

/** One order of the demo, and what must come of it. */
export interface Scenario {
  readonly title: string;
  readonly order: PlaceOrder;
  readonly httpStatus: number;
  readonly sagaStatus: 'completed' | 'compensated';
  /** How often the card is charged until that is decided. */
  readonly charges: number;
}

export const SCENARIOS: readonly Scenario[] = [
  {
    title: 'Everything works',
    order: { userId: 'user-1', productId: 'book', quantity: 2 },
    httpStatus: 201,
    sagaStatus: 'completed',
    charges: 1,
  },
  {
    title: 'The payment provider is busy twice: the step is tried again, then it works',
    order: { userId: 'user-flaky', productId: 'lamp', quantity: 1 },
    httpStatus: 201,
    sagaStatus: 'completed',
    charges: 3,
  },
  {
    title: 'There is one piano and three are wanted: the order is cancelled',
    order: { userId: 'user-1', productId: 'piano', quantity: 3 },
    httpStatus: 409,
    sagaStatus: 'compensated',
    charges: 0,
  },
  {
    title: 'The card is declined: the stock goes back, then the order is cancelled',
    order: { userId: 'user-declined', productId: 'lamp', quantity: 2 },
    httpStatus: 402,
    sagaStatus: 'compensated',
    charges: 1,
  },
];
