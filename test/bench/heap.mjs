// Bytes that one waiting saga holds: node --expose-gc heap.mjs <config as JSON>
import { arrived, loadSubjects, Order } from './subjects/index.mjs';

const { lib, key, sagas: count } = JSON.parse(process.argv[2]);
const subject = await (await loadSubjects(lib))[key]();

function heapUsed() {
  for (let i = 0; i < 3; i++) globalThis.gc();
  return process.memoryUsage().heapUsed;
}

// Compiled code and what else is made once must not be counted.
for (let i = 0; i < 20_000; i++) await subject.run(new Order());

let open;
const gate = new Promise((resolve) => (open = resolve));
// What is the user's own is there before: the data, and a place for each promise.
const orders = Array.from({ length: count }, () => new Order(false, gate));
const ends = new Array(count).fill(undefined);
const before = heapUsed();
for (let i = 0; i < count; i++) ends[i] = subject.run(orders[i]);
do await new Promise((resolve) => setTimeout(resolve, 50));
while (arrived.count < count);
const bytes = (heapUsed() - before) / count;

const waiting = orders.filter((order) => order.done === 1).length;
open();
await Promise.all(ends);
const ended = orders.filter((order) => order.done === 3).length;
if (waiting !== count || ended !== count) {
  throw new Error(`${subject.name}: ${waiting} waited and ${ended} ended of ${count}`);
}
await subject.close?.();
process.stdout.write(JSON.stringify({ bytes, name: subject.name }));
