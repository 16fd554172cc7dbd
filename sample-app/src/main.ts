import 'reflect-metadata';
import type { AddressInfo } from 'node:net';
import { firstOrders } from './demo/first-orders.js';
import { createApp } from './create-app.js';
import { shownJournal } from './sagas/saga-options.js';

function portOf(text: string | undefined): number {
  const port = text === undefined || text === '' ? 3000 : Number(text);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new RangeError(`PORT must be a whole number from 0 to 65535 (got '${text}')`);
}

const port = portOf(process.env['PORT']);
const app = await createApp();
// HOST=127.0.0.1 keeps it to this machine.
const host = process.env['HOST'];
const server = (await (host ? app.listen(port, host) : app.listen(port)).catch(
  async (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EADDRINUSE') throw error;
    console.error(`Port ${port} is taken. Take another one: PORT=${port + 1} npm start`);
    await app.close();
    process.exit(1);
  },
)) as { address(): AddressInfo };
const url = `http://localhost:${server.address().port}`;

// The demo counts every order: there it places them all itself.
if (process.env['FIRST_ORDERS'] !== 'off') await firstOrders(app);

console.log(`
Orders are taken at ${url}

  curl ${url}/orders -H 'content-type: application/json' \\
    -d '{ "userId": "user-1", "productId": "book", "quantity": 2 }'

Products: book, lamp, piano. Also try userId user-declined, user-flaky, user-slow, user-offline,
user-blocked, then ${url}/sagas/<sagaId> and ${url}/sagas/CreateOrder/diagram
Sagas are kept in ${shownJournal()}: they survive a crash of this process.

Look at them, and act on them: ${url}/sagas
`);
