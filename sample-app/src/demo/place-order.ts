import type { SagaView } from '../sagas/saga-view.js';
import type { Order, PlaceOrder } from '../orders/order.js';

export interface Answer {
  readonly status: number;
  readonly body: {
    readonly sagaId: string;
    readonly order?: Order;
    readonly error?: string;
    readonly message?: string;
  };
}

export function shownOrder({ userId, productId, quantity }: PlaceOrder): string {
  return `{ userId: '${userId}', productId: '${productId}', quantity: ${quantity} }`;
}

/** The answer in one line. */
export function shownAnswer({ status, body }: Answer): string {
  const { order, error, message } = body;
  const said = order === undefined ? `${error}: ${message}` : `${order.id} is ${order.status}`;
  return `${status} ${said}`;
}

/** Places an order over HTTP, as a customer would; the same key is the same order. */
export async function placeOrder(url: string, order: PlaceOrder, key?: string): Promise<Answer> {
  const response = await fetch(`${url}/orders`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(key === undefined ? {} : { 'idempotency-key': key }),
    },
    body: JSON.stringify(order),
  });
  return { status: response.status, body: (await response.json()) as Answer['body'] };
}

export async function fetchSaga(url: string, id: string): Promise<SagaView> {
  const response = await fetch(`${url}/sagas/${id}`);
  return (await response.json()) as SagaView;
}
