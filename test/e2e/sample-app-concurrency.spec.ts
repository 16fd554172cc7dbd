import { setTimeout as sleep } from 'node:timers/promises';
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
  expect([await shop.onHand('piano'), await shop.reserved('piano')]).toEqual([0, 1]);
  expect(shop.charges.totals()).toEqual({ charged: 250_000, refunded: 0 });
  const orders = await shop.orderStatuses();
  expect(orders.filter((status) => status === 'confirmed')).toHaveLength(1);
  expect(orders.filter((status) => status === 'cancelled')).toHaveLength(9);
});

it('balances stock and money when good, flaky and declined orders run together', async () => {
  const users = ['user-1', 'user-flaky', 'user-declined', 'user-slow'];
  const lowest = { book: Infinity };
  let isOver = false;
  const watching = (async () => {
    for (; !isOver; await sleep(1)) {
      lowest.book = Math.min(lowest.book, (await shop.onHand('book')) ?? -1);
    }
  })();
  const answers = await Promise.all(
    Array.from({ length: 40 }, (_, i) => shop.order(users[i % 4] as string, 'book', 3)),
  ).finally(() => (isOver = true));
  await watching;

  const placed = answers.filter(({ status }) => status === 201).length;
  expect(answers.map(({ status }) => status)).toEqual(expect.arrayContaining([201, 402]));
  expect(lowest.book).toBeGreaterThanOrEqual(0);
  expect(await shop.onHand('book')).toBe(100 - 3 * placed);
  expect(await shop.reserved('book')).toBe(3 * placed);
  const { charged, refunded } = shop.charges.totals();
  expect(charged - refunded).toBe(placed * 3 * 1_500);
  expect(new Set(await shop.orderStatuses())).toEqual(new Set(['confirmed', 'cancelled']));
});
