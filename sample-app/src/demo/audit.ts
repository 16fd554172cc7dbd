import type { Order } from '../orders/order.js';
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

function shownOrders(orders: readonly Order[]): string {
  return orders.map(({ id, status }) => `${id} ${status}`).join(', ');
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
  ];
}

export function shownFinding({ text, holds }: Finding): string {
  return `  ${holds ? paint.green('✔') : paint.red('✘')} ${text}`;
}
