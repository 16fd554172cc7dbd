import http2 from 'node:http2';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { defineSaga, silentLogger } from 'nestjs-saga-orchestrator/core';
import { restateEngine } from 'nestjs-saga-orchestrator/restate';
import { ManualClock } from '../../support/manual-clock.js';
import { RecordingLogger } from '../../support/recording-logger.js';

const plan = defineSaga('PlaceOrder', [{ label: 'Create', action: () => 1, compensate: () => 1 }]);

/** A server that has accepted the order o-1, and answers its callers nothing. */
class Server {
  readonly asked: string[] = [];
  isParked = false;
  #input = '';
  readonly #http = createServer((request, response) => void this.#answer(request, response));

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#http.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#http.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#http.closeAllConnections();
    this.#http.close();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let text = '';
    for await (const chunk of request.setEncoding('utf8')) text += String(chunk);
    const path = `${request.method} ${request.url}`;
    this.asked.push(path);
    const reply = (body: object) => response.end(JSON.stringify(body));
    if (path.endsWith('/run') || path.endsWith('/run/send')) this.#input = text;
    if (path.endsWith('/run/send')) return void reply({ status: 'Accepted' });
    if (path === 'POST /query') return void reply({ rows: this.#rows(text) });
    if (path === 'POST /deployments') return void response.writeHead(201).end('{}');
  }

  #rows(query: string): object[] {
    if (!this.isParked) return [];
    const input = [...Buffer.from(this.#input)];
    if (query.includes('sys_journal')) {
      return [{ index: 0, entry_json: JSON.stringify({ Command: { Input: { payload: input } } }) }];
    }
    if (query.includes('FROM state')) return [{ value_utf8: '{"status":"parked","tags":{}}' }];
    const modified_at = new Date(0).toISOString();
    return [{ id: 'inv_1', status: 'completed', completion_result: 'failure', modified_at }];
  }
}

async function started() {
  const server = new Server();
  const url = await server.listen();
  const clock = new ManualClock();
  const options = { ingressUrl: url, adminUrl: url, service: false as const };
  const engine = restateEngine(options).create({
    logger: silentLogger,
    environment: { clock, ids: () => 'o-1', random: () => 0 },
  });
  engine.register(plan);
  return { server, clock, engine };
}

/** Until the server was asked for it, by real time: it comes over a socket. */
async function asked(server: Server, path: string): Promise<void> {
  for (let turn = 0; turn < 2_000 && !server.asked.includes(path); turn += 1) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  expect(server.asked).toContain(path);
}

describe('who waits for a saga on Restate', () => {
  it('asks for nothing more once it was parked: forgotten then, it would be started anew', async () => {
    const { server, clock, engine } = await started();
    const handle = await engine.begin?.(plan, {}, { id: 'o-1' });
    const ended = handle?.result().catch((error: unknown) => error);
    await asked(server, 'POST /PlaceOrder/o-1/run');
    server.isParked = true;
    await clock.advance(2_000);
    expect(await ended).toMatchObject({ code: 'SAGA_EXECUTION', status: 'parked' });
    server.isParked = false;
    const before = server.asked.length;
    // Whoever goes on would be heard now.
    for (let turn = 0; turn < 20; turn += 1) {
      await clock.advance(5_000);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(server.asked.slice(before)).toEqual([]);
    expect(clock.pending).toBe(0);
    await engine.close();
    server.close();
  });

  it('is told at once that the engine was closed, also when he asks after that', async () => {
    const { server, clock, engine } = await started();
    const early = await engine.start(plan, {}, { id: 'o-1' });
    const late = await engine.start(plan, {}, { id: 'o-2' });
    const waiting = early.result().catch((error: unknown) => error);
    await asked(server, 'GET /restate/workflow/PlaceOrder/o-1/attach');
    await clock.until(engine.close());
    expect(await waiting).toMatchObject({ code: 'SAGA_INTERRUPTED' });
    await expect(late.result()).rejects.toMatchObject({ code: 'SAGA_INTERRUPTED' });
    expect(server.asked).not.toContain('GET /restate/workflow/PlaceOrder/o-2/attach');
    server.close();
  });
});

describe('the port that serves sagas', () => {
  it('outlives its errors, every one of them, and tells them', async () => {
    const server = new Server();
    const adminUrl = await server.listen();
    const made = jest.spyOn(http2, 'createServer');
    const logger = new RecordingLogger();
    const engine = restateEngine({ adminUrl, service: { port: 0 } }).create({ logger });
    engine.register(plan);
    await engine.open();
    const port = made.mock.results[0]?.value as http2.Http2Server;
    for (const code of ['EMFILE', 'ENFILE', 'EMFILE']) port.emit('error', new Error(code));
    expect(logger.messages('error')).toHaveLength(3);
    await engine.close();
    made.mockRestore();
    server.close();
  });
});
