// Carries on what another process has left behind: node recovery-child.mjs <config as JSON>
import { openApp } from './open-ours.mjs';
import { world } from './place-order.mjs';

const { lib, store, leaseMs, sagas, expected = 0 } = JSON.parse(process.argv[2]);
const resumed = [];
world.createOrder = () => Promise.reject(new Error('a step that is done was run again'));
world.reserveStock = async () => resumed.push(Date.now()) && 2;
const { operations } = await openApp(lib, store, leaseMs === undefined ? {} : { leaseMs });
process.send('open');

async function someLive() {
  const { sagas: live } = await operations.list({ status: ['running', 'compensating'], limit: 1 });
  return live.length > 0;
}

async function completed() {
  let count = 0;
  let cursor;
  do {
    const filter = { status: 'completed', limit: 1_000 };
    const page = await operations.list(cursor === undefined ? filter : { ...filter, cursor });
    count += page.sagas.length;
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  return count;
}

while (resumed.length < sagas || (await someLive())) {
  await new Promise((resolve) => setTimeout(resolve, 10));
}
const seconds = process.uptime();
const ended = await completed();
if (ended !== expected + sagas)
  throw new Error(`${ended} sagas completed, not ${expected + sagas}`);
process.send({ seconds, resumed });
setInterval(() => undefined, 1_000);
