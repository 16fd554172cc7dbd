import { ShopApp } from './shop-app.js';

let shop: ShopApp;

beforeEach(async () => {
  shop = await ShopApp.start();
});

afterEach(() => shop.stop());

it('sells the last piano once, however many want it at the same time', async () => {
  const answers = await Promise.all(
    Array.from({ length: 10 }, (_, i) => shop.order(`user-${i}`, 'piano')),
  );

  const statuses = answers.map(({ status }) => status).sort();
  expect(statuses).toEqual([201, ...Array.from({ length: 9 }, () => 409)]);
  expect([shop.onHand('piano'), shop.reserved('piano')]).toEqual([0, 1]);
  expect(shop.charges.totals()).toEqual({ charged: 250_000, refunded: 0 });
  expect(shop.orderStatuses.filter((status) => status === 'confirmed')).toHaveLength(1);
  expect(shop.orderStatuses.filter((status) => status === 'cancelled')).toHaveLength(9);
});

it('balances stock and money when good, flaky and declined orders run together', async () => {
  const users = ['user-1', 'user-flaky', 'user-declined', 'user-slow'];
  const lowest = { book: Infinity };
  const watch = setInterval(() => {
    lowest.book = Math.min(lowest.book, shop.onHand('book') ?? -1);
  }, 1);
  const answers = await Promise.all(
    Array.from({ length: 40 }, (_, i) => shop.order(users[i % 4] as string, 'book', 3)),
  ).finally(() => clearInterval(watch));

  const placed = answers.filter(({ status }) => status === 201).length;
  expect(answers.map(({ status }) => status)).toEqual(expect.arrayContaining([201, 402]));
  expect(lowest.book).toBeGreaterThanOrEqual(0);
  expect([shop.onHand('book'), shop.reserved('book')]).toEqual([100 - 3 * placed, 3 * placed]);
  const { charged, refunded } = shop.charges.totals();
  expect(charged - refunded).toBe(placed * 3 * 1_500);
  expect(new Set(shop.orderStatuses)).toEqual(new Set(['confirmed', 'cancelled']));
});
