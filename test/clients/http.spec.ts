import { request as httpRequest } from 'node:http';
import { HttpService } from '@nestjs/axios';
import axios from 'axios';
import { timeout } from 'rxjs';
import { Agent, fetch as undiciFetch, request as undiciRequest } from 'undici';
import {
  awkwardServer,
  closedPort,
  rawServer,
  type AwkwardServer,
} from '../support/awkward-server.js';
import { expectOutcome } from './outcome-of.js';

let server: AwkwardServer;
let silent: AwkwardServer;
let nobody: number;
const agents: Agent[] = [];
beforeAll(async () => {
  server = await awkwardServer();
  silent = await rawServer(() => undefined);
  nobody = await closedPort();
});
afterAll(async () => {
  for (const agent of agents) await agent.destroy();
  await Promise.all([server.close(), silent.close()]);
});

const url = (path: string): string =>
  path === 'refused' ? `http://127.0.0.1:${nobody}/` : `http://127.0.0.1:${server.port}${path}`;

function agentOf(options: Agent.Options): Agent {
  const agent = new Agent(options);
  agents.push(agent);
  return agent;
}

/** Throws for a status of 400 and more, as people do who use `fetch`. */
async function checked(answer: Promise<Response>): Promise<unknown> {
  const response = await answer;
  if (response.ok) return response.json();
  throw Object.assign(new Error(`HTTP ${response.status}`), { status: response.status });
}

function byNode(path: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const req = httpRequest(url(path), { method: 'POST', timeout: patience(path) }, (res) => {
      const chunks: Buffer[] = [];
      res.on('data', (chunk: Buffer) => chunks.push(chunk));
      res.on('error', reject);
      res.on('end', () => {
        const { statusCode = 0 } = res;
        if (statusCode < 400) return resolve(Buffer.concat(chunks).toString());
        reject(Object.assign(new Error('refused'), { statusCode }));
      });
    });
    req.on('timeout', () => req.destroy());
    req.on('error', reject);
    req.end('{}');
  });
}

/** How long a client waits, in ms: no answer that is on its way may be too late on a busy machine. */
const patience = (path: string): number => (path === '/hang' || path === '/stall' ? 100 : 20_000);

type Client = (path: string) => unknown;
const nest = new HttpService();

const CLIENTS: Readonly<Record<string, Client>> = {
  axios: (path) => axios.post(url(path), {}, { timeout: patience(path) }),
  "axios' fetch adapter": (path) =>
    axios.post(url(path), {}, { timeout: patience(path), adapter: 'fetch' }),
  "Nest's HttpService": (path) => nest.post(url(path), {}, { timeout: patience(path) }),
  'fetch of Node': (path) =>
    checked(fetch(url(path), { method: 'POST', signal: AbortSignal.timeout(patience(path)) })),
  'fetch of undici': (path) => {
    const dispatcher = agentOf({ headersTimeout: patience(path), bodyTimeout: patience(path) });
    return checked(undiciFetch(url(path), { method: 'POST', dispatcher }));
  },
  'http of Node': byNode,
};

const CASES: readonly (readonly [path: string, outcome: 'unknown' | 'not-done'])[] = [
  ['/hang', 'unknown'],
  ['/stall', 'unknown'],
  ['/reset', 'unknown'],
  ['/close', 'unknown'],
  ['/half', 'unknown'],
  ['/garbage', 'unknown'],
  ['/408', 'unknown'],
  ['/499', 'unknown'],
  ['/502', 'unknown'],
  ['/504', 'unknown'],
  ['/524', 'unknown'],
  ['/400', 'not-done'],
  ['/409', 'not-done'],
  ['/429', 'not-done'],
  ['/500', 'not-done'],
  ['/503', 'not-done'],
  ['refused', 'not-done'],
];

describe.each(Object.entries(CLIENTS))('a request by %s (semantics 3a)', (_, client) => {
  it.each(CASES)('that meets %s ends as %s', async (path, outcome) => {
    await expectOutcome(() => client(path), outcome);
  });

  it('that is answered is done', async () => {
    await expectOutcome(() => client('/200'), 'done');
  });
});

describe('the other ways to wait in vain', () => {
  it.each<[string, () => unknown, 'unknown' | 'not-done']>([
    [
      'an abort of axios',
      () => axios.get(url('/hang'), { signal: AbortSignal.timeout(50) }),
      'unknown',
    ],
    [
      "axios' clearer word for its timeout",
      () => axios.get(url('/hang'), { timeout: 50, transitional: { clarifyTimeoutError: true } }),
      'unknown',
    ],
    ["rxjs' timeout", () => nest.get(url('/hang')).pipe(timeout(50)), 'unknown'],
    [
      'an abort of fetch',
      () => {
        const controller = new AbortController();
        setTimeout(() => controller.abort(), 50);
        return fetch(url('/hang'), { signal: controller.signal });
      },
      'unknown',
    ],
    [
      'an abort of request() of undici',
      () => undiciRequest(url('/hang'), { signal: AbortSignal.timeout(50) }),
      'unknown',
    ],
    [
      'an answer that is not read to its end',
      async () => (await undiciRequest(url('/half'))).body.json(),
      'unknown',
    ],
    ['all addresses of a name refused', () => fetch(`http://localhost:${nobody}/`), 'not-done'],
    [
      'a connection that is not made in time',
      () => {
        // It listens, and speaks no TLS.
        const dispatcher = agentOf({ connect: { timeout: 100 } });
        return undiciRequest(`https://127.0.0.1:${silent.port}/`, { dispatcher });
      },
      'not-done',
    ],
  ])('%s', async (_, action, outcome) => {
    await expectOutcome(action, outcome);
  });
});
