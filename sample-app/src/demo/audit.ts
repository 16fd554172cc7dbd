import type { Order, OrderStatus } from '../orders/order.js';
import type { Books } from './books.js';
import { paint } from './paint.js';

/** A sentence about the books, and whether it holds. */
export interface Finding {
  readonly text: string;
  readonly holds: boolean;
}

/** Width of the first column. */
const LABEL = 8;

function euros(cents: number): string {
  return (cents / 100).toFixed(2);
}

/** How the saga of an order has ended. */
const ENDS: Readonly<Record<OrderStatus, string>> = {
  pending: 'running',
  confirmed: 'completed',
  cancelled: 'compensated',
};

function shownOrders(orders: readonly Order[]): string {
  return Object.keys(ENDS)
    .map((status) => [orders.filter((order) => order.status === status).length, status] as const)
    .filter(([count]) => count > 0)
    .map(([count, status]) => `${count} ${status}`)
    .join(', ');
}

/** There is a saga for each order, an order for each saga, and both have ended in the same way. */
function sagasOf({ orders }: Books, sagas: Books['sagas']): Finding {
  const fitting = orders.filter(({ id, status }) => sagas.get(id) === ENDS[status]).length;
  return {
    text: `${'sagas'.padEnd(LABEL)}${sagas.size} for ${orders.length} orders, ${fitting} ended as their orders did`,
    holds: sagas.size === orders.length && fitting === orders.length,
  };
}

function pieces(orders: readonly Order[], productId: string): number {
  const mine = orders.filter((order) => order.productId === productId);
  return mine.reduce((sum, order) => sum + order.quantity, 0);
}

/** Compares the books with the orders that were confirmed: nothing may be lost, nothing left over. */
export function audit(before: Books, after: Books): readonly Finding[] {
  const confirmed = after.orders.filter((order) => order.status === 'confirmed');
  const open = after.orders.filter((order) => order.status === 'pending');
  const stock = after.stock.map(({ productId, onHand, reserved }, i): Finding => {
    const atFirst = before.stock[i]?.onHand ?? 0;
    const sold = pieces(confirmed, productId);
    return {
      text: `${productId.padEnd(LABEL)}${atFirst} at first, ${sold} sold, ${onHand} on hand`,
      holds: reserved === sold && onHand === atFirst - sold,
    };
  });
  const { charged, refunded } = after.money;
  const due = confirmed.reduce((sum, order) => sum + (order.payment?.amountCents ?? 0), 0);
  return [
    ...stock,
    {
      text: `${'money'.padEnd(LABEL)}${euros(charged)} charged, ${euros(refunded)} refunded, ${euros(due)} sold`,
      holds: charged - refunded === due,
    },
    {
      text: `${'orders'.padEnd(LABEL)}${shownOrders(after.orders)}`,
      holds: open.length === 0,
    },
    sagasOf(after, new Map([...after.sagas].filter(([id]) => !before.sagas.has(id)))),
  ];
}

export function shownFinding({ text, holds }: Finding): string {
  return `  ${holds ? paint.green('✔') : paint.red('✘')} ${text}`;
}
