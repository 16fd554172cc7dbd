// `npm start` serves the sample app: an order is accepted over HTTP. The server is ended by its id.
import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const probe = createServer().listen(0, '127.0.0.1');
await new Promise((resolve) => probe.once('listening', resolve));
const { port } = probe.address();
await new Promise((resolve) => probe.close(resolve));

const server = spawn('npm', ['start'], {
  detached: true,
  stdio: 'inherit',
  env: { ...process.env, PORT: String(port) },
});
const stop = () => {
  if (server.exitCode === null && server.signalCode === null) process.kill(-server.pid, 'SIGTERM');
};
process.on('exit', stop);
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1));

const order = {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ userId: 'user-1', productId: 'no-such-product', quantity: 0 }),
};
for (const deadline = Date.now() + 60_000; ; await sleep(250)) {
  if (server.exitCode !== null) throw new Error(`npm start ended with ${server.exitCode}`);
  if (Date.now() > deadline) throw new Error('npm start did not answer within 60 s');
  const answer = await fetch(`http://127.0.0.1:${port}/orders`, order).catch(() => undefined);
  if (!answer) continue;
  if (answer.status !== 400) throw new Error(`an order of 0 pieces got ${answer.status}, not 400`);
  const diagram = await fetch(`http://127.0.0.1:${port}/sagas/CreateOrder/diagram`);
  if (diagram.status !== 200) throw new Error(`the diagram got ${diagram.status}, not 200`);
  break;
}
console.log('the sample app answers');
process.exit(0);
