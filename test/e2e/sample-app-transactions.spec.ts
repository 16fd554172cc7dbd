import { SagaOrchestratorFactory } from 'nestjs-saga-orchestrator';
import { ShopApp } from './shop-app.js';

// What is committed together: the row of an order and its saga, a row and the record of its step.

let shop: ShopApp;

beforeEach(async () => {
  shop = await ShopApp.start();
});

afterEach(async () => {
  jest.restoreAllMocks();
  await shop.stop();
});

const NONE = { sagas: [], orders: [] };

describe('an order and its saga', () => {
  it('have one id', async () => {
    const { body } = await shop.order('user-1', 'lamp').expect(201);

    expect(await shop.ids()).toEqual({ sagas: [body.sagaId], orders: [body.sagaId] });
  });

  it('are not there when the saga could not be started', async () => {
    jest.spyOn(shop.sagas, 'for').mockImplementation(() => {
      throw new Error('no room');
    });

    await shop.order('user-1', 'lamp').expect(500);
    expect(await shop.ids()).toEqual(NONE);
  });

  it('are not there when the transaction fails after the start', async () => {
    const start = SagaOrchestratorFactory.prototype.for.bind(shop.sagas);
    jest.spyOn(shop.sagas, 'for').mockImplementation((...args: Parameters<typeof start>) => {
      const chain = start(...args);
      const begin = chain.start.bind(chain);
      chain.start = async () => {
        await begin();
        throw new Error('the disk is full');
      };
      return chain;
    });

    await shop.order('user-1', 'lamp').expect(500);
    expect(await shop.ids()).toEqual(NONE);
  });

  it('are those that were there first when the key is used for another order', async () => {
    const headers = { 'Idempotency-Key': 'key' };
    const order = { userId: 'user-1', productId: 'lamp', quantity: 1 };
    await shop.post(order, headers).expect(201);
    await shop.post({ ...order, quantity: 2 }, headers).expect(409);

    expect(await shop.orders.find('key')).toMatchObject({ quantity: 1, status: 'confirmed' });
  });
});

describe('the stock', () => {
  const quantities = async () => [await shop.onHand('lamp'), await shop.reserved('lamp')];

  it('is reserved once, although the step fails after it has done so', async () => {
    const reserve = shop.inventory.reserve.bind(shop.inventory);
    jest.spyOn(shop.inventory, 'reserve').mockImplementationOnce(async (...args) => {
      await reserve(...args);
      throw new Error('connection lost');
    });

    const { body } = await shop.order('user-1', 'lamp', 2).expect(201);
    expect(await shop.story(body.sagaId)).toContain('done ReserveStock 2');
    expect(await quantities()).toEqual([3, 2]);
  });

  it('goes back once, although the undo fails after it has done so', async () => {
    const release = shop.inventory.release.bind(shop.inventory);
    jest.spyOn(shop.inventory, 'release').mockImplementationOnce(async (...args) => {
      await release(...args);
      throw new Error('connection lost');
    });

    const { body } = await shop.order('user-declined', 'lamp', 2).expect(402);
    expect(await shop.story(body.sagaId)).toContain('undone ReserveStock 2');
    expect(await quantities()).toEqual([5, 0]);
  });
});

it('confirms no order that was cancelled', async () => {
  const { database, orders } = shop;
  await database.run((tx) => orders.open(tx, 'mine', { userId: 'u', productId: 'p', quantity: 1 }));
  await database.run((tx) => orders.cancel(tx, 'mine'));
  const payment = { paymentId: 'payment-1', amountCents: 4_900 };
  const confirmed = await database.run((tx) => orders.confirm(tx, 'mine', payment));

  expect(confirmed.isErr()).toBe(true);
  expect(await orders.find('mine')).toMatchObject({ status: 'cancelled' });
});
