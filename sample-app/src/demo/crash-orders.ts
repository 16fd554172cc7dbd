import type { PlaceOrder } from '../orders/order.js';

/** An order that a crash will come in between, and what must come of it all the same. */
export interface CrashOrder {
  readonly title: string;
  readonly order: PlaceOrder;
  readonly sagaStatus: 'completed' | 'compensated';
}

const slow: CrashOrder = {
  title: 'the card is charged, but the answer does not arrive',
  order: { userId: 'user-slow', productId: 'book', quantity: 1 },
  sagaStatus: 'completed',
};

const plain: CrashOrder = {
  title: 'everything works',
  order: { userId: 'user-1', productId: 'book', quantity: 2 },
  sagaStatus: 'completed',
};

/** The orders that are under way when the first and when the second crash comes. */
export const ROUNDS: readonly (readonly CrashOrder[])[] = [
  [
    slow,
    {
      title: 'the payment provider is busy twice',
      order: { userId: 'user-flaky', productId: 'lamp', quantity: 1 },
      sagaStatus: 'completed',
    },
    {
      title: 'the payment provider is down for good',
      order: { userId: 'user-offline', productId: 'lamp', quantity: 2 },
      sagaStatus: 'compensated',
    },
    {
      title: 'the card is declined',
      order: { userId: 'user-declined', productId: 'lamp', quantity: 1 },
      sagaStatus: 'compensated',
    },
    plain,
  ],
  [
    {
      title: 'there is one piano and three are wanted',
      order: { userId: 'user-1', productId: 'piano', quantity: 3 },
      sagaStatus: 'compensated',
    },
    slow,
    plain,
  ],
];
