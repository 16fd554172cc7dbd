import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { defineSaga, silentLogger, type SagaEngine } from 'nestjs-saga-orchestrator/core';
import { restateEngine, type RestateEngineOptions } from 'nestjs-saga-orchestrator/restate';
import { checkRuntime } from '../../../lib/engines/restate/sdk.js';
import { longestTurnMs } from '../../../lib/engines/restate/services.js';
import { RecordingLogger } from '../../support/recording-logger.js';

const plan = defineSaga('PlaceOrder', [{ label: 'Create', action: () => 1, compensate: () => 1 }]);

function engineOf(options: RestateEngineOptions, logger = silentLogger): SagaEngine {
  const service = { port: 0, ...(options.service || {}) };
  return restateEngine({ ...options, service }).create({ logger });
}

/** A server that answers every request alike. */
async function answering(status: number, body: unknown) {
  const asked: string[] = [];
  const http = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  return { url, asked, close: () => http.close() };
}

describe('restateEngine()', () => {
  it('names every option that cannot be right, with its value', () => {
    const wrong = {
      ingressUrl: 'localhost:8080',
      adminUrl: 'http://ann:secret@localhost',
      service: { port: 70_000, publicUrl: 'ftp://here', url: 'http://here' },
      ingres: 'http://127.0.0.1:8080',
      identityKeys: ['secret'],
      retentionMs: 1,
      maxRecoveries: 0,
      patienceMs: 0.5,
    };
    const problems = [
      'ingressUrl must be',
      'adminUrl must be',
      'service.publicUrl must be',
      'service.port must be a whole number from 0 to 65535 (got 70000)',
      'retentionMs must be',
      'maxRecoveries must be',
      'patienceMs must be',
      'identityKeys must be',
      'restateEngine has ingressUrl, ',
      "service has port, host, publicUrl, and no 'url'; take it away",
    ];
    for (const problem of problems) expect(() => restateEngine(wrong as never)).toThrow(problem);
    expect(() => restateEngine(wrong as never)).not.toThrow('secret');
  });

  it('refuses an application, which would not be part of what the server calls a saga', () => {
    const given = { logger: silentLogger, application: 'shop' };
    expect(() => restateEngine().create(given)).toThrow(
      /^application must be left out with Restate/,
    );
    expect(() => restateEngine().create({ ...given, application: '' })).not.toThrow();
  });

  it('says where it runs, for logs', () => {
    expect(restateEngine().description).toBe('Restate at http://127.0.0.1:8080');
  });

  it.each(['Bestellung ä', 'place order', '1st', 'restate', 'openapi.x'])(
    "refuses the saga name '%s', which Restate cannot have",
    (name) => {
      const odd = defineSaga(name, [{ label: 'Create', action: () => 1 }]);
      expect(() => engineOf({}).register(odd)).toThrow('must begin with a letter');
    },
  );

  it('refuses a plan that is not registered, before anything is sent', async () => {
    const engine = engineOf({ ingressUrl: 'http://127.0.0.1:9', adminUrl: 'http://127.0.0.1:9' });
    await expect(engine.start(plan, {}, {})).rejects.toMatchObject({ code: 'SAGA_NOT_FOUND' });
  });

  it('fails at start-up, and for every caller, when the server cannot be reached', async () => {
    const url = 'http://127.0.0.1:9';
    const engine = engineOf({ ingressUrl: url, adminUrl: url });
    engine.register(plan);
    const error = { code: 'SAGA_JOURNAL', message: expect.stringContaining(url) };
    await expect(engine.open()).rejects.toMatchObject(error);
    await expect(engine.start(plan, {}, {})).rejects.toMatchObject(error);
    await expect(engine.list({})).rejects.toMatchObject(error);
    await engine.close();
    await expect(engine.start(plan, {}, {})).rejects.toMatchObject({ code: 'SAGA_INTERRUPTED' });
  });

  it('passes on why the server does not accept the service', async () => {
    const server = await answering(400, { message: 'unsupported protocol version' });
    const engine = engineOf({ adminUrl: server.url });
    engine.register(plan);
    await expect(engine.open()).rejects.toMatchObject({
      code: 'SAGA_OPTIONS',
      message: expect.stringMatching(/400 unsupported protocol version.*service\.publicUrl/),
    });
    await engine.close();
    server.close();
  });

  it('registers once, and again when a saga was added', async () => {
    const server = await answering(201, {});
    const engine = engineOf({ adminUrl: server.url });
    engine.register(plan);
    await engine.open();
    await engine.open();
    await engine.recover();
    expect(server.asked).toEqual(['POST /deployments']);
    engine.register(defineSaga('Return', [{ label: 'Create', action: () => 1 }]));
    await engine.open();
    expect(server.asked).toHaveLength(2);
    await engine.close();
    server.close();
  });

  it('opens no port and registers nothing where it only starts sagas', async () => {
    const server = await answering(200, { rows: [] });
    const only = { adminUrl: server.url, service: false as const };
    const engine = restateEngine(only).create({ logger: silentLogger });
    engine.register(plan);
    await engine.open();
    expect(await engine.list({})).toEqual({ sagas: [] });
    expect(server.asked).toEqual(['POST /query']);
    await engine.close();
    server.close();
  });

  it('says that the port is taken', async () => {
    const server = await answering(200, {});
    const engine = engineOf({ service: { port: Number(new URL(server.url).port) } });
    engine.register(plan);
    await expect(engine.open()).rejects.toThrow('service.port');
    server.close();
  });

  it('warns when others than this machine reach the port, unless requests are signed', async () => {
    const server = await answering(201, {});
    const key = 'publickeyv1_2G8dCQhArfvGpzPw5Vx2ALciR4xCLHfS5YaT93XjNxX9';
    for (const [options, warnings] of [
      [{ service: { host: '0.0.0.0' } }, 1],
      [{ service: { host: '0.0.0.0' }, identityKeys: [key] }, 0],
      [{ service: { host: '127.0.0.1' } }, 0],
    ] as const) {
      const logger = new RecordingLogger();
      const engine = engineOf({ adminUrl: server.url, ...options }, logger);
      engine.register(plan);
      await engine.open();
      await engine.close();
      const said = logger.lines.filter((line) => line.level === 'warn');
      expect(said).toHaveLength(warnings);
    }
    server.close();
  });
});

describe('the SDK', () => {
  it('is refused where it would hang every caller', () => {
    expect(() => checkRuntime('1.17.2', false)).toThrow('needs Node 22');
    expect(() => checkRuntime('2.0.0', false)).toThrow('needs Node 22');
    expect(() => checkRuntime('1.12.9', false)).not.toThrow();
    expect(() => checkRuntime('1.17.2', true)).not.toThrow();
    expect(() => checkRuntime(undefined, false)).not.toThrow();
  });
});

describe('an execution that says nothing', () => {
  const step = { label: 'Create', action: () => 1, compensate: () => 1 };
  const turn = (options: object) => longestTurnMs([defineSaga('S', [{ ...step, ...options }])]);

  it('is cut off after its longest step, and late where a step has no limit', () => {
    expect(turn({ timeout: 120_000 })).toBe(155_000);
    expect(turn({ timeout: 1_000, compensationTimeout: 90_000, timeoutGrace: 0 })).toBe(120_000);
    expect(turn({})).toBeGreaterThan(86_400_000 - 1);
  });
});
