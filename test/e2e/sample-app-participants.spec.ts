import { InventoryService } from '../../sample-app/src/inventory/inventory.service.js';
import { OrdersService } from '../../sample-app/src/orders/orders.service.js';
import { PaymentProvider } from '../../sample-app/src/payments/payment-provider.js';
import { PaymentsService } from '../../sample-app/src/payments/payments.service.js';

// What a saga asks of those it calls: the same key has one effect, and an undo always succeeds.

describe('the inventory', () => {
  it('reserves once for one key', async () => {
    const inventory = new InventoryService();
    const first = await inventory.reserve('key', 'lamp', 2);
    const again = await inventory.reserve('key', 'lamp', 2);

    expect(again).toEqual(first);
    expect(inventory.levels()).toContainEqual({ productId: 'lamp', onHand: 3, reserved: 2 });
  });

  it('refunds once, however often it is told to', async () => {
    const inventory = new InventoryService();
    await inventory.reserve('key', 'lamp', 2);
    await inventory.release('key');
    await inventory.release('key');

    expect(inventory.levels()).toContainEqual({ productId: 'lamp', onHand: 5, reserved: 0 });
  });

  it('refuses a reservation that arrives after its release', async () => {
    const inventory = new InventoryService();
    await inventory.release('key');
    const late = await inventory.reserve('key', 'lamp', 2);

    expect(late.isErr()).toBe(true);
    expect(inventory.levels()).toContainEqual({ productId: 'lamp', onHand: 5, reserved: 0 });
  });
});

describe('the payments', () => {
  const { signal } = new AbortController();
  const request = { userId: 'user-1', amountCents: 500 };

  it('charge once for one key, and refund once', async () => {
    const provider = new PaymentProvider();
    const payments = new PaymentsService(provider);
    const first = await payments.charge('key', request, signal);
    expect(await payments.charge('key', request, signal)).toEqual(first);
    expect(provider.totals()).toEqual({ charged: 500, refunded: 0 });

    await payments.refund('key');
    await payments.refund('key');
    expect(provider.totals()).toEqual({ charged: 500, refunded: 500 });
    expect(await payments.find('key')).toBe('not-done');
  });

  it('refuse a charge that arrives after its refund', async () => {
    const provider = new PaymentProvider();
    const payments = new PaymentsService(provider);
    await payments.refund('key');
    const late = await payments.charge('key', request, signal);

    expect(late.isErr()).toBe(true);
    expect(provider.totals()).toEqual({ charged: 0, refunded: 0 });
  });
});

describe('the orders', () => {
  const request = { userId: 'user-1', productId: 'lamp', quantity: 1 };
  const payment = { paymentId: 'payment-1', amountCents: 4_900 };

  it('open one order for one key', async () => {
    const orders = new OrdersService();
    const first = await orders.open('key', request);

    expect(await orders.open('key', request)).toEqual(first);
    expect(orders.all()).toHaveLength(1);
  });

  it('do not confirm what was cancelled', async () => {
    const orders = new OrdersService();
    const { id } = await orders.open('key', request);
    await orders.cancel('key');
    await orders.cancel('key');
    await orders.cancel('another key');

    expect((await orders.confirm(id, payment)).isErr()).toBe(true);
    expect(orders.find(id)?.status).toBe('cancelled');
  });
});
