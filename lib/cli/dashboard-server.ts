import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Incoming, Outgoing, StandaloneDashboard } from '../dashboard/standalone/index.js';
import { Door } from './door.js';

/** Of this machine, whatever else it is called. */
const HOST = '127.0.0.1';
const MAX_BODY = 1_048_576;

/** What was asked for cannot be answered. */
class Refused extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/** A value of its own, or a list where it was given several times. */
function queryOf(search: URLSearchParams): Incoming['query'] {
  const names = [...new Set(search.keys())];
  const values = names.map((name) => [name, search.getAll(name)] as const);
  return Object.fromEntries(values.map(([name, all]) => [name, all.length > 1 ? all : all[0]]));
}

/** @throws Refused */
async function bodyOf(request: IncomingMessage): Promise<unknown> {
  if (request.method !== 'POST') return undefined;
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY) throw new Refused(413, 'That is too long');
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString());
  } catch {
    throw new Refused(400, 'The body must be JSON');
  }
}

/** With the names that the dashboard has for it: those of Fastify. */
function outgoing(raw: ServerResponse): Outgoing & { readonly raw: ServerResponse } {
  const out = {
    ...{ raw, hijack: () => undefined },
    status(code: number) {
      raw.statusCode = code;
      return out;
    },
    header(name: string, value: string) {
      raw.setHeader(name, value);
      return out;
    },
    send: (body: string | Buffer) => raw.end(body),
  };
  return out;
}

/** A dashboard on a port of this machine, for whoever has the address that it tells. */
export class DashboardServer {
  readonly #door = new Door();
  readonly #server = createServer((request, response) => void this.#serve(request, response));

  constructor(private readonly dashboard: StandaloneDashboard) {}

  /** Its address, with the token. `0`: any port that is free. @throws where it is not */
  async listen(port: number): Promise<string> {
    this.#server.listen(port, HOST);
    await once(this.#server, 'listening');
    return `http://${HOST}:${this.#port}/?token=${this.#door.token}`;
  }

  async close(): Promise<void> {
    this.dashboard.close();
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  get #port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      await this.#answer(request, response);
    } catch (error) {
      const { status, message } = error instanceof Refused ? error : new Refused(500, 'It failed');
      if (response.headersSent) return void response.destroy();
      // What is left of a body is not read.
      response.writeHead(status, { 'content-type': 'application/json', connection: 'close' });
      response.end(JSON.stringify({ error: message }));
    }
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = 'GET', url = '/', headers, socket } = request;
    const [path = '/', search = ''] = url.split(/\?(.*)/s, 2);
    const given = new URLSearchParams(search);
    if (method === 'GET' && path === '/' && this.#door.opens(given.get('token'))) {
      response.setHeader('set-cookie', this.#door.cookie(this.#port));
      response.setHeader('cache-control', 'no-store');
      response.setHeader('referrer-policy', 'no-referrer');
      return void response.writeHead(303, { location: '/' }).end();
    }
    if (!this.#door.isIn(headers.cookie, this.#port))
      throw new Refused(403, "Open the address that 'saga dashboard' has told: it has a token");
    const incoming = { method, url, headers, socket, query: queryOf(given) };
    const body = await bodyOf(request);
    await this.dashboard.handle({ ...incoming, body }, outgoing(response));
  }
}
