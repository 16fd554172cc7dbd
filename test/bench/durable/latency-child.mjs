// How long a caller waits: node latency-child.mjs <config as JSON>
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { load } from './load.mjs';
import { openApp } from './open-ours.mjs';
import { world } from './place-order.mjs';

const { lib, store, starts, retries, loopMs } = JSON.parse(process.argv[2]);
const BACK_OFF_MS = 100;
const AT_ONCE = 20;

const failedAt = new Map();
let begun = () => undefined;
const waits = [];
world.createOrder = async () => begun() && 1;
world.reserveStock = async ({ context: { number } }) => {
  if (number === undefined) return 2;
  const before = failedAt.get(number);
  if (before === undefined) {
    failedAt.set(number, performance.now());
    throw new Error('busy');
  }
  waits.push(performance.now() - before);
  return 2;
};
const retry = { retries: 1, delay: BACK_OFF_MS };
const { app, saga } = await openApp(lib, store, {}, { reserveStock: { retry } });

/** From the call to the first line of the first step. */
async function startTimes(count) {
  const times = [];
  for (let at = 0; at < count; at++) {
    const start = performance.now();
    begun = () => times.push(performance.now() - start);
    await saga({}).runAsync();
  }
  begun = () => undefined;
  return times;
}

/** From the failure of an attempt to the first line of the next one, some sagas at a time. */
async function retryTimes(count) {
  for (let at = 0; at < count; at += AT_ONCE) {
    const some = Array.from({ length: AT_ONCE }, (_, n) => saga({ number: at + n }).runAsync());
    await Promise.all(some);
  }
  return waits;
}

/** How late a timer can be while 256 sagas are in flight, p50 and p99 in ms. */
async function loopDelay() {
  const histogram = monitorEventLoopDelay({ resolution: 1 });
  await load(() => saga({}).runAsync(), 256, loopMs / 4);
  histogram.enable();
  // It measures from one timer to the next, so one fires before the load and one behind it: sagas in
  // memory may let none in between.
  await sleep(5);
  const { sagas, seconds } = await load(() => saga({}).runAsync(), 256, loopMs);
  await sleep(5);
  histogram.disable();
  if (histogram.count === 0) throw new Error('no timer has fired: the delay is not known');
  // The interval at which it looks is not a delay.
  const ms = (percentile) => Math.max(0, histogram.percentile(percentile) / 1e6 - 1);
  return { p50: ms(50), p99: ms(99), rate: sagas / seconds };
}

await startTimes(50);
const result = { starts: await startTimes(starts), loop: await loopDelay() };
result.retries = await retryTimes(retries);
await app.close();
process.stdout.write(JSON.stringify(result));
process.exit(0);
