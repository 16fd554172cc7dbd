// Starts sagas that never get past their second step, and waits to be killed:
// node interrupted-child.mjs <config as JSON>
import { openApp } from './open-ours.mjs';
import { world } from './place-order.mjs';

const { lib, store, leaseMs, sagas } = JSON.parse(process.argv[2]);
let waiting = 0;
world.reserveStock = () => {
  waiting += 1;
  if (waiting === sagas) process.send('all wait');
  return new Promise(() => undefined);
};
const { saga } = await openApp(lib, store, { leaseMs, worker: false });
for (let at = 0; at < sagas; at += 500) {
  const some = Array.from({ length: Math.min(500, sagas - at) }, () => saga({}).start());
  await Promise.all(some);
}
