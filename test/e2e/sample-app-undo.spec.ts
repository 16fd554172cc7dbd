import { ServiceUnavailableException } from '@nestjs/common';
import { ShopApp } from './shop-app.js';

let shop: ShopApp;

beforeEach(async () => {
  shop = await ShopApp.start();
});

afterEach(async () => {
  jest.restoreAllMocks();
  await shop.stop();
});

/** Lets the last step fail, when everything before it is done. */
function breakConfirmation(): void {
  const error = new Error('connect ECONNREFUSED 10.0.0.7:5432', { cause: new Error('password=x') });
  jest.spyOn(shop.orders, 'confirm').mockRejectedValue(error);
}

it('refunds, releases and cancels, in this order, when the confirmation fails', async () => {
  breakConfirmation();

  const { body } = await shop.order('user-1', 'lamp').expect(503);

  expect(await shop.story(body.sagaId)).toEqual([
    'done CreateOrder 1',
    'done ReserveStock 1',
    'done ChargePayment 1',
    'failed ConfirmOrder 1',
    'compensating ConfirmOrder',
    'undone ChargePayment 1',
    'undone ReserveStock 1',
    'undone CreateOrder 1',
    'compensated',
  ]);
  expect(shop.charges.totals()).toEqual({ charged: 4_900, refunded: 4_900 });
  expect([await shop.onHand('lamp'), await shop.reserved('lamp')]).toEqual([5, 0]);
  expect(await shop.orderStatuses()).toEqual(['cancelled']);
});

it('tells the customer the id of the saga, and nothing of what went wrong inside', async () => {
  breakConfirmation();

  const { body } = await shop.order('user-1', 'lamp').expect(503);

  expect(body).toEqual({
    statusCode: 503,
    error: 'ORDER_FAILED',
    message: 'The order could not be placed. Nothing was charged. Please try again later.',
    sagaId: expect.any(String),
  });
});

it('parks the saga when the refund fails for good, and says nothing of "not charged"', async () => {
  breakConfirmation();
  jest.spyOn(shop.charges, 'refund').mockImplementation(() => {
    throw new Error('no route to host');
  });

  const { body } = await shop.order('user-1', 'lamp').expect(503);

  expect(body).toEqual({
    statusCode: 503,
    error: 'ORDER_NEEDS_ATTENTION',
    message: expect.not.stringContaining('charged'),
    sagaId: expect.any(String),
  });
  const saga = await shop.get(`/sagas/${body.sagaId}`).expect(200);
  expect(saga.body.status).toBe('parked');
  // The broken undo does not block the others.
  expect([await shop.onHand('lamp'), await shop.reserved('lamp')]).toEqual([5, 0]);
  expect(await shop.orderStatuses()).toEqual(['cancelled']);
});

it('tries a refund again that failed once', async () => {
  breakConfirmation();
  jest.spyOn(shop.charges, 'refund').mockImplementationOnce(() => {
    throw new Error('try again');
  });

  const { body } = await shop.order('user-1', 'lamp').expect(503);

  expect(body.error).toBe('ORDER_FAILED');
  expect(await shop.story(body.sagaId)).toContain('undone ChargePayment 2');
  expect(shop.charges.totals()).toEqual({ charged: 4_900, refunded: 4_900 });
});

it('stops at a step boundary when the application shuts down, and says so: 503', async () => {
  const charging = new Promise<void>((resolve) => {
    const busy = (): never => {
      resolve();
      throw new ServiceUnavailableException();
    };
    jest.spyOn(shop.bank, 'approve').mockImplementation(busy);
  });
  const answer = shop.order('user-1', 'lamp').then(({ status, body }) => ({ status, body }));
  await charging;
  await shop.stop();

  expect(await answer).toEqual({
    status: 503,
    body: {
      statusCode: 503,
      error: 'ORDER_INTERRUPTED',
      message: expect.not.stringContaining('charged'),
      sagaId: expect.any(String),
    },
  });
});

it('refunds a charge of which nobody knows whether it took place', async () => {
  jest.spyOn(shop.payments, 'find').mockRejectedValue(new Error('down'));
  const charge = shop.payments.charge.bind(shop.payments);
  jest.spyOn(shop.payments, 'charge').mockImplementation(async (ctx, request) => {
    await charge(ctx, request);
    return new Promise((_, reject) =>
      ctx.signal.addEventListener('abort', () => reject(new Error())),
    );
  });

  const { body } = await shop.order('user-1', 'lamp').expect(503);

  expect(await shop.story(body.sagaId)).toContain('undone ChargePayment 1');
  expect(shop.charges.totals()).toEqual({ charged: 4_900, refunded: 4_900 });
  expect(await shop.onHand('lamp')).toBe(5);
});
