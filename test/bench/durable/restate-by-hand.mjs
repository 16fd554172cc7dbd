import { randomUUID } from 'node:crypto';
import http from 'node:http';
import http2 from 'node:http2';
import { createEndpointHandler, TerminalError, workflow } from '@restatedev/restate-sdk';
import { countEnded } from './restate-sql.mjs';

const NAME = 'PlaceOrderByHand';
const STEPS = [
  ['createOrder', 'cancelOrder', 1],
  ['reserveStock', 'releaseStock', 2],
  ['chargeCard', 'refundCard', 3],
];

/** The same saga as the SDK's guide writes it: a list of what is to be undone. */
function placeOrder(ledger) {
  const act = (order, result) => {
    ledger.act(order);
    return result;
  };
  const run = async (ctx, { order }) => {
    const undos = [];
    try {
      for (const [label, undo, result] of STEPS) {
        undos.push(undo);
        await ctx.run(label, async () => act(order, result));
      }
    } catch (error) {
      if (!(error instanceof TerminalError)) throw error;
      for (const undo of undos.reverse()) await ctx.run(undo, async () => ledger.undo(order));
      throw error;
    }
    return { isSuccess: true };
  };
  return workflow({ name: NAME, handlers: { run } });
}

async function register(adminUrl, uri) {
  const answer = await fetch(`${adminUrl}/deployments`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ uri }),
  });
  if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
}

/** Keeps connections, as ours does; `fetch` would cost it a tenth. */
function caller(ingressUrl) {
  const agent = new http.Agent({ keepAlive: true });
  const headers = { 'content-type': 'application/json' };
  return (path, body) =>
    new Promise((resolve, reject) => {
      const request = http.request(`${ingressUrl}${path}`, { method: 'POST', agent, headers });
      request.on('error', reject);
      request.on('response', (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (chunk) => (text += chunk));
        answer.on('end', () => {
          if (answer.statusCode === 200) resolve(JSON.parse(text));
          else reject(new Error(`${answer.statusCode} ${text}`));
        });
      });
      request.end(JSON.stringify(body));
    });
}

export async function startRestateByHand({ ingressUrl, adminUrl, port }, ledger) {
  const logger = () => undefined;
  const handler = createEndpointHandler({ services: [placeOrder(ledger)], logger });
  const server = http2.createServer(handler);
  await new Promise((resolve) => server.listen(port, '127.0.0.1', resolve));
  await register(adminUrl, `http://127.0.0.1:${port}`);
  const call = caller(ingressUrl);
  return {
    async run() {
      const { isSuccess } = await call(`/${NAME}/${randomUUID()}/run`, ledger.open(false));
      if (!isSuccess) throw new Error('a saga that answered has not completed');
    },
    ended: await countEnded(adminUrl, NAME),
    close: async () => undefined,
  };
}
