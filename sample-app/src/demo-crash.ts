import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { createApp } from './create-app.js';
import { audit, shownFinding } from './demo/audit.js';
import { booksOf, type Books } from './demo/books.js';
import { ROUNDS, type CrashOrder } from './demo/crash-orders.js';
import { freshStore } from './demo/fresh-store.js';
import { paint } from './demo/paint.js';
import { fetchSaga, placeOrder, shownAnswer, shownOrder } from './demo/place-order.js';
import { ShopProcess } from './demo/shop-process.js';
import { timelineOf } from './demo/timeline.js';
import { shownJournal } from './sagas/saga-options.js';

// Orders over HTTP to an application that is killed in the middle of them, twice, and started again.

const store = freshStore();
process.env['LOG_LEVEL'] ??= 'error';
// After one second of silence a process counts as dead: the demo is not to be a test of patience.
const settings = { SAGA_LEASE_MS: '1000' };

/** Long enough for some orders to have been charged, too short for all of them to have ended. */
const MOMENT_MS = 50;

/** The customer's name for an order, by which it is safe to ask again: it becomes the saga's id. */
interface Placed extends CrashOrder {
  readonly key: string;
}

const placed: Placed[] = [];
const problems: string[] = [];

/** The books as they are when no order is under way. */
async function readBooks(): Promise<Books> {
  const app = await createApp();
  await app.init();
  const books = await booksOf(app);
  await app.close();
  return books;
}

/** Places an order, and does not care what becomes of the answer. */
function placeAndLeave(url: string, order: CrashOrder): string {
  const key = randomUUID();
  placed.push({ ...order, key });
  placeOrder(url, order.order, key).catch(() => undefined);
  console.log(`   → POST /orders ${shownOrder(order.order)}: ${order.title}`);
  return key;
}

/** Waits until something has happened in a saga. */
async function until(url: string, id: string, type: string, step?: string): Promise<void> {
  for (const deadline = Date.now() + 30_000; Date.now() < deadline; await sleep(5)) {
    const { timeline = [] } = await fetchSaga(url, id);
    if (timeline.some((entry) => entry.type === type && entry.step === step)) return;
  }
  throw new Error(`Saga ${id} did not come to ${type} ${step ?? ''}`);
}

async function crash(shop: ShopProcess, why: string): Promise<void> {
  await shop.kill();
  console.log(paint.red(`   ✘ kill -9 ${shop.pid}: ${why}`));
}

async function tell({ key, title, order, sagaStatus }: Placed, url: string): Promise<number> {
  const answer = await placeOrder(url, order, key);
  const saga = await fetchSaga(url, key);
  const takeOvers = saga.timeline.filter(({ type }) => type === 'recovered').length;
  console.log(
    `\n${paint.bold(`${order.userId} wants ${order.quantity} × ${order.productId}`)}: ${title}`,
  );
  console.log(timelineOf(saga));
  console.log(`   ← ${shownAnswer(answer)}`);
  if (saga.status !== sagaStatus) problems.push(`saga ${key} is ${saga.status}, not ${sagaStatus}`);
  return takeOvers;
}

const before = await readBooks();
const [first = [], second = []] = ROUNDS;

console.log(`\nThe sagas are kept in ${shownJournal()}.`);

console.log(`\n${paint.bold('1  Orders come in, and the process dies in the middle of them')}\n`);
let shop = await ShopProcess.start(settings);
const [slow = ''] = first.map((order) => placeAndLeave(shop.url, order));
await until(shop.url, slow, 'started', 'ChargePayment');
await sleep(MOMENT_MS);
await crash(shop, 'money is on its way, stock is reserved, customers are waiting');

console.log(
  `\n${paint.bold('2  It is started again, resumes what it finds, and dies once more')}\n`,
);
shop = await ShopProcess.start(settings);
await until(shop.url, slow, 'recovered');
second.forEach((order) => placeAndLeave(shop.url, order));
await sleep(MOMENT_MS);
await crash(shop, 'in the middle of its recovery');

console.log(
  `\n${paint.bold('3  It is started again. Every customer asks what became of the order')}`,
);
shop = await ShopProcess.start(settings);
let resumed = 0;
for (const order of placed) if ((await tell(order, shop.url)) > 0) resumed += 1;
await shop.stop();

console.log(`\n${paint.bold('The books: nothing lost, nothing left over')}\n`);
for (const finding of audit(before, await readBooks())) {
  console.log(shownFinding(finding));
  if (!finding.holds) problems.push(finding.text);
}
if (resumed === 0) problems.push('no saga was in the middle when its process died');
await store.remove();

if (problems.length > 0) {
  console.error(`\n${paint.red('Not as expected:')}\n${problems.map((p) => `  ${p}`).join('\n')}`);
  process.exitCode = 1;
} else {
  console.log(
    `\n2 crashes, ${placed.length} orders, ${resumed} sagas resumed by another process.\n`,
  );
}
