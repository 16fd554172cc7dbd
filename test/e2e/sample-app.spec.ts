import { ShopApp } from './shop-app.js';

let shop: ShopApp;

beforeEach(async () => {
  shop = await ShopApp.start();
});

afterEach(async () => {
  jest.restoreAllMocks();
  await shop.stop();
});

async function expectNothingLeft(productId: string, onHand: number): Promise<void> {
  expect(await shop.onHand(productId)).toBe(onHand);
  expect(await shop.reserved(productId)).toBe(0);
  const { charged, refunded } = shop.charges.totals();
  expect(charged - refunded).toBe(0);
  expect(await shop.orderStatuses()).toEqual(['cancelled']);
}

describe('an order that goes through', () => {
  it('is answered with 201, the confirmed order and the id of its saga', async () => {
    const { body } = await shop.order('user-1', 'book', 2).expect(201);

    expect(body).toEqual({
      sagaId: expect.any(String),
      order: {
        id: body.sagaId,
        userId: 'user-1',
        productId: 'book',
        quantity: 2,
        status: 'confirmed',
        payment: { paymentId: 'payment-1', amountCents: 3_000 },
      },
    });
    const found = await shop.get(`/orders/${body.sagaId}`).expect(200);
    expect(found.body).toEqual(body.order);
    expect([await shop.onHand('book'), await shop.reserved('book')]).toEqual([98, 2]);
    expect(shop.charges.totals()).toEqual({ charged: 3_000, refunded: 0 });
    expect(await shop.story(body.sagaId)).toEqual([
      'done CreateOrder 1',
      'done ReserveStock 1',
      'done ChargePayment 1',
      'done ConfirmOrder 1',
      'completed',
    ]);
  });

  it('is charged once, although the provider was busy twice', async () => {
    const { body } = await shop.order('user-flaky', 'lamp').expect(201);

    expect(await shop.story(body.sagaId)).toEqual([
      'done CreateOrder 1',
      'done ReserveStock 1',
      'failed ChargePayment 1',
      'failed ChargePayment 2',
      'done ChargePayment 3',
      'done ConfirmOrder 1',
      'completed',
    ]);
    expect(shop.charges.totals()).toEqual({ charged: 4_900, refunded: 0 });
  });

  it('is charged once, although the answer to the charge was lost', async () => {
    const approve = jest.spyOn(shop.bank, 'approve');

    const { body } = await shop.order('user-slow', 'lamp').expect(201);

    expect(await shop.story(body.sagaId)).toContain('probed ChargePayment');
    expect(body.order.payment).toEqual({ paymentId: 'payment-1', amountCents: 4_900 });
    expect(approve).toHaveBeenCalledTimes(1);
    expect(shop.charges.totals()).toEqual({ charged: 4_900, refunded: 0 });
  });
});

describe('an order that fails', () => {
  it('is cancelled when the stock does not suffice: 409', async () => {
    const { body } = await shop.order('user-1', 'piano', 2).expect(409);

    expect(body.error).toBe('OUT_OF_STOCK');
    await expectNothingLeft('piano', 1);
    expect(await shop.story(body.sagaId)).toEqual([
      'done CreateOrder 1',
      'failed ReserveStock 1',
      'compensating ReserveStock',
      'undone CreateOrder 1',
      'compensated',
    ]);
  });

  it('releases the stock when the card is declined: 402', async () => {
    const { body } = await shop.order('user-declined', 'lamp', 2).expect(402);

    expect(body.error).toBe('CARD_DECLINED');
    await expectNothingLeft('lamp', 5);
    expect(await shop.story(body.sagaId)).toEqual([
      'done CreateOrder 1',
      'done ReserveStock 1',
      'failed ChargePayment 1',
      'compensating ChargePayment',
      'undone ReserveStock 1',
      'undone CreateOrder 1',
      'compensated',
    ]);
  });

  it('is told of a product that does not exist: 422', async () => {
    const { body } = await shop.order('user-1', 'unicorn').expect(422);

    expect(body.error).toBe('UNKNOWN_PRODUCT');
    expect(await shop.orderStatuses()).toEqual(['cancelled']);
  });

  it('is undone when the provider stays busy over all four attempts: 503', async () => {
    const approve = jest.spyOn(shop.bank, 'approve');

    const { body } = await shop.order('user-offline', 'lamp').expect(503);

    expect(body.error).toBe('ORDER_FAILED');
    expect(approve).toHaveBeenCalledTimes(4);
    await expectNothingLeft('lamp', 5);
  });
});
