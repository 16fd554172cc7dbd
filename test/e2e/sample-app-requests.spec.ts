import { ShopApp } from './shop-app.js';

let shop: ShopApp;

beforeAll(async () => {
  shop = await ShopApp.start();
});

afterAll(() => shop.stop());

const GOOD = { userId: 'user-1', productId: 'book', quantity: 1 };
const NAME_RULE = 'must be 1 to 64 letters, digits, - or _';
const QUANTITY_RULE = 'must be a whole number from 1 to 100';

describe('a request that cannot be right', () => {
  it.each([
    ['no quantity', { quantity: undefined }, `quantity ${QUANTITY_RULE} (got nothing)`],
    ['quantity 0', { quantity: 0 }, `quantity ${QUANTITY_RULE} (got 0)`],
    ['a negative quantity', { quantity: -1 }, `quantity ${QUANTITY_RULE} (got -1)`],
    ['half a piece', { quantity: 1.5 }, `quantity ${QUANTITY_RULE} (got 1.5)`],
    ['too many pieces', { quantity: 101 }, `quantity ${QUANTITY_RULE} (got 101)`],
    ['a quantity in quotes', { quantity: '2' }, `quantity ${QUANTITY_RULE} (got "2")`],
    ['no user', { userId: '' }, `userId ${NAME_RULE} (got "")`],
    ['a user that is null', { userId: null }, `userId ${NAME_RULE} (got null)`],
    ['a user that is an object', { userId: { $ne: 1 } }, `userId ${NAME_RULE} (got an object)`],
    ['a line break', { productId: 'a\nb' }, `productId ${NAME_RULE} (got "a\\nb")`],
  ])('is refused with 400: %s', async (_, change, message) => {
    const { body } = await shop.post({ ...GOOD, ...change }).expect(400);

    expect(body).toEqual({ statusCode: 400, error: 'Bad Request', message: [message] });
  });

  it('is told everything that is wrong at once', async () => {
    const { body } = await shop.post([]).expect(400);

    expect(body.message).toHaveLength(3);
  });

  it('is refused with 400 when its body is no JSON', async () => {
    await shop.post('{', { 'content-type': 'application/json' }).expect(400);
  });

  it('is refused with 400 when its Idempotency-Key cannot be an id', async () => {
    const { body } = await shop.post(GOOD, { 'Idempotency-Key': 'a b' }).expect(400);

    expect(body.message).toEqual([
      'Idempotency-Key must be 1 to 64 letters, digits, - or _ (got "a b")',
    ]);
  });

  it('leaves no order behind', async () => {
    expect(await shop.orders.all()).toEqual([]);
  });
});

describe('what is not there', () => {
  it.each(['/orders/order-999', '/sagas/no-such-saga', '/sagas/NoSuchSaga/diagram'])(
    'is answered with 404: %s',
    async (path) => {
      const { body } = await shop.get(path).expect(404);

      expect(body.message).toContain(path.split('/')[2]);
    },
  );
});

describe('an Idempotency-Key', () => {
  it('becomes the id of the saga, and the same order is placed once', async () => {
    const headers = { 'Idempotency-Key': 'key-1' };
    const bodies = await Promise.all([
      shop.post(GOOD, headers).expect(201),
      shop.post(GOOD, headers).expect(201),
    ]);
    const again = await shop.post(GOOD, headers).expect(201);

    for (const { body } of bodies) expect(body).toEqual(again.body);
    expect(again.body.sagaId).toBe('key-1');
    expect(await shop.orders.all()).toHaveLength(1);
    expect(await shop.reserved('book')).toBe(1);
  });

  it('repeats the answer of an order that failed', async () => {
    const order = { ...GOOD, userId: 'user-declined' };
    const headers = { 'Idempotency-Key': 'key-2' };
    const first = await shop.post(order, headers).expect(402);
    const again = await shop.post(order, headers).expect(402);

    expect(again.body).toEqual(first.body);
  });

  it('cannot be used for another order: 409', async () => {
    const other = { ...GOOD, quantity: 2 };
    const { body } = await shop.post(other, { 'Idempotency-Key': 'key-1' }).expect(409);

    expect(body.error).toBe('IDEMPOTENCY_KEY_TAKEN');
    expect(await shop.reserved('book')).toBe(1);
  });
});

describe('an order that is placed for later', () => {
  const until = async (path: string, status: string) => {
    for (;;) {
      const { body } = await shop.get(path).expect(200);
      if (body.status === status) return body as { status: string; order?: { id: string } };
    }
  };

  it('is answered 202, and its status tells how it ends', async () => {
    const headers = { 'Idempotency-Key': 'later-1' };
    const { body } = await shop.post(GOOD, headers, '/orders/later').expect(202);
    expect(body).toEqual({ sagaId: 'later-1', status: '/orders/placed/later-1' });
    const { order } = await until(body.status, 'completed');
    expect(order).toMatchObject({ userId: 'user-1', status: 'confirmed' });
    await shop.post(GOOD, headers, '/orders/later').expect(202);
    await shop.get(`/orders/${order?.id}`).expect(200);
  });

  it('says when everything was undone, and knows nothing of others', async () => {
    const order = { ...GOOD, userId: 'user-declined' };
    const { body } = await shop.post(order, {}, '/orders/later').expect(202);
    expect(await until(body.status, 'compensated')).toEqual({ status: 'compensated' });
    await shop.get('/orders/placed/nobody').expect(404);
  });

  it('whose id cannot be one is a problem, by the filter of the application', async () => {
    const { text, headers } = await shop.get(`/sagas/${'x'.repeat(300)}`).expect(400);
    expect(headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(JSON.parse(text)).toMatchObject({ status: 400, code: 'SAGA_OPTIONS' });
  });
});

it('draws the saga as Mermaid text', async () => {
  const { text, headers } = await shop.get('/sagas/CreateOrder/diagram').expect(200);

  expect(headers['content-type']).toBe('text/plain; charset=utf-8');
  expect(text).toMatch(/^flowchart TD\n/);
  for (const label of ['CreateOrder', 'ReserveStock', 'ChargePayment']) {
    expect(text).toContain(`undo ${label}`);
  }
  expect(text).toContain('ConfirmOrder (pivot)');
});
