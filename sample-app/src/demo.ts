import 'reflect-metadata';
import type { AddressInfo } from 'node:net';
import { createApp } from './create-app.js';
import { audit, shownFinding } from './demo/audit.js';
import { booksOf } from './demo/books.js';
import { freshStore } from './demo/fresh-store.js';
import { paint } from './demo/paint.js';
import { fetchSaga, placeOrder, shownAnswer, shownOrder } from './demo/place-order.js';
import { SCENARIOS, type Scenario } from './demo/scenarios.js';
import { timelineOf } from './demo/timeline.js';
import { shownJournal } from './sagas/saga-options.js';

// Four orders over real HTTP, what became of each, and what is in the books afterwards.

// The timelines tell more than the log does here; LOG_LEVEL=debug shows both.
process.env['LOG_LEVEL'] ??= 'error';
const store = freshStore();

const problems: string[] = [];

function expect(what: string, actual: unknown, expected: unknown): void {
  if (actual === expected) return;
  problems.push(`${what} is ${String(actual)}, not ${String(expected)}`);
}

async function play(url: string, number: number, scenario: Scenario): Promise<void> {
  const { title, order } = scenario;
  console.log(`\n${paint.bold(`${number}  ${title}`)}`);
  console.log(`   → POST /orders ${shownOrder(order)}\n`);
  const answer = await placeOrder(url, order);
  const saga = await fetchSaga(url, answer.body.sagaId);
  console.log(timelineOf(saga));
  console.log(`\n   ← ${shownAnswer(answer)}`);
  const charges = saga.timeline.filter(
    ({ type, step }) => type === 'started' && step === 'ChargePayment',
  );
  expect(`order ${number}: the HTTP status`, answer.status, scenario.httpStatus);
  expect(`order ${number}: the saga`, saga.status, scenario.sagaStatus);
  expect(`order ${number}: the number of charges`, charges.length, scenario.charges);
}

const app = await createApp();
const server = (await app.listen(0, '127.0.0.1')) as { address(): AddressInfo };
const url = `http://127.0.0.1:${server.address().port}`;

console.log(`
${paint.bold('CreateOrder')} is a saga: its steps run from left to right. When one fails for good, the undos of those
that are done run from right to left.

   CreateOrder  →  ReserveStock  →  ChargePayment  →  ConfirmOrder
   ${paint.dim('cancelOrder  ←  releaseStock  ←  refundPayment')}

What happens is kept in ${shownJournal()}`);

const before = await booksOf(app);
let number = 0;
for (const scenario of SCENARIOS) await play(url, ++number, scenario);

console.log(`\n${paint.bold('The books: nothing lost, nothing left over')}\n`);
for (const finding of audit(before, await booksOf(app))) {
  console.log(shownFinding(finding));
  if (!finding.holds) problems.push(finding.text);
}
await app.close();
await store.remove();

if (problems.length > 0) {
  console.error(`\n${paint.red('Not as expected:')}\n${problems.map((p) => `  ${p}`).join('\n')}`);
  process.exitCode = 1;
} else {
  console.log('\nTry it yourself: npm start\n');
}
