// `npm start` serves the sample app: orders are taken over HTTP, and their sagas are kept where
// DATABASE_URL says. The server is ended by its id.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const probe = createServer().listen(0, '127.0.0.1');
await new Promise((resolve) => probe.once('listening', resolve));
const { port } = probe.address();
await new Promise((resolve) => probe.close(resolve));

const folder = mkdtempSync(join(tmpdir(), 'saga-check-'));
const server = spawn('npm', ['start'], {
  detached: true,
  stdio: ['ignore', 'pipe', 'inherit'],
  env: { ...process.env, PORT: String(port), SAGA_DATA_DIR: folder },
});
let said = '';
server.stdout.on('data', (chunk) => {
  said += chunk;
  process.stdout.write(chunk);
});
process.on('exit', () => {
  if (server.exitCode === null && server.signalCode === null) process.kill(-server.pid, 'SIGTERM');
  rmSync(folder, { recursive: true, force: true });
});
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1));

const url = `http://127.0.0.1:${port}`;
const place = (quantity) =>
  fetch(`${url}/orders`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ userId: 'user-1', productId: 'book', quantity }),
  });

async function expect(what, answer, status) {
  const text = await answer.text();
  if (answer.status !== status)
    throw new Error(`${what} got ${answer.status}, not ${status}: ${text}`);
  return text;
}

for (const deadline = Date.now() + 60_000; ; await sleep(250)) {
  if (server.exitCode !== null) throw new Error(`npm start ended with ${server.exitCode}`);
  if (Date.now() > deadline) throw new Error('npm start did not answer within 60 s');
  const answer = await place(0).catch(() => undefined);
  if (answer === undefined) continue;
  await expect('an order of 0 pieces', answer, 400);
  break;
}
const { sagaId } = JSON.parse(await expect('an order', await place(1), 201));
const saga = JSON.parse(await expect('its saga', await fetch(`${url}/sagas/${sagaId}`), 200));
if (saga.status !== 'completed') throw new Error(`the saga is ${saga.status}`);
await expect('the diagram', await fetch(`${url}/sagas/CreateOrder/diagram`), 200);
const kept = process.env.DATABASE_URL ? 'the Postgres of DATABASE_URL' : join(folder, 'shop.db');
// It says so last, once it has placed some orders to look at.
for (const deadline = Date.now() + 60_000; !said.includes('Look at them'); await sleep(100)) {
  if (Date.now() > deadline) throw new Error('npm start did not say where to click within 60 s');
}
if (!said.includes(`Sagas are kept in ${kept}`)) throw new Error(`it does not say '${kept}'`);
await expect('the dashboard', await fetch(`${url}/sagas`), 200);
const second = spawnSync(process.execPath, ['dist/sample-app/src/main.js'], {
  encoding: 'utf8',
  timeout: 60_000,
  env: { ...process.env, PORT: String(port), SAGA_DATA_DIR: folder },
});
const advice = `PORT=${port + 1} npm start`;
if (second.status !== 1 || !second.stderr.includes(advice))
  throw new Error(`on a taken port it does not say '${advice}': ${second.stdout}${second.stderr}`);
console.log('the sample app answers');
process.exit(0);
