import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { defineSaga, silentLogger, type SagaEngine } from 'nestjs-saga-orchestrator/core';
import { restateEngine, type RestateEngineOptions } from 'nestjs-saga-orchestrator/restate';
import { checkRuntime } from '../../../lib/engines/restate/sdk.js';
import { longestTurnMs } from '../../../lib/engines/restate/services.js';

const plan = defineSaga('PlaceOrder', [{ label: 'Create', action: () => 1, compensate: () => 1 }]);

function engineOf(options: RestateEngineOptions): SagaEngine {
  const service = { port: 0, ...(options.service || {}) };
  return restateEngine({ ...options, service }).create({ logger: silentLogger });
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
      "unknown option 'ingres' of restateEngine() (did you mean 'ingressUrl'?), which accepts ingressUrl, ",
      "unknown option 'url' of service, which accepts port, host, publicUrl",
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

  const key = 'publickeyv1_2G8dCQhArfvGpzPw5Vx2ALciR4xCLHfS5YaT93XjNxX9';

  it.each(['0.0.0.0', '::', 'orders', '10.0.0.7', '::ffff:10.0.0.7'])(
    'listens on %s, which others reach, only when requests are signed',
    (host) => {
      for (const identityKeys of [undefined, []] as never[]) {
        const open = () => restateEngine({ service: { host }, identityKeys });
        expect(open).toThrow(/others than this machine .* identityKeys/);
        expect(open).toThrow(expect.objectContaining({ code: 'SAGA_OPTIONS' }));
      }
      expect(() => restateEngine({ service: { host }, identityKeys: [key] })).not.toThrow();
    },
  );

  it.each(['127.0.0.1', '127.8.9.1', '::1', '0:0:0:0:0:0:0:1', '::ffff:127.0.0.1', 'localhost'])(
    'may listen on %s without: only this machine reaches it',
    (host) => expect(() => restateEngine({ service: { host } })).not.toThrow(),
  );

  it.each<[unknown, RegExp]>([
    [null, /what restateEngine\(\) is given must be an object \(got null\)/],
    ['http://restate:8080', /must be an object \(got 'http/],
    [{ service: null }, /service must be an object \(got null\)/],
    [{ service: true }, /service must be an object \(got true\)/],
    [{ service: { host: '' } }, /service\.host must be the address .*\(got ''\)/],
    [{ service: { host: null } }, /service\.host must be the address .*\(got null\)/],
    [{ service: { port: null } }, /service\.port .*\(got null\)/],
    [{ identityKeys: 'publickeyv1_x' }, /identityKeys must be a list/],
    [{ identityKeys: [null] }, /identityKeys must be public keys/],
    [{ headers: ['authorization: Bearer s3cret'] }, /headers must be an object/],
    [{ headers: { authorization: 'Bearer s3cret\r\nx-admin: 1' } }, /header 'authorization' has/],
    [{ headers: { 'x y': 's3cret' } }, /header 'x y' has a name/],
    [{ headers: { authorization: 7 } }, /header 'authorization' must be a string/],
    [{ headers: { 'Content-Length': '0' } }, /header 'Content-Length' is not yours/],
    [{ ingressUrl: 'http://ann:s3cret@restate:8080' }, /ingressUrl .*without credentials/],
    [{ ingressUrl: 'http://:s3cret@restate:8080' }, /ingressUrl .*without credentials/],
    [{ ingressUrl: 'http://restate:8080/?token=s3cret' }, /ingressUrl .*without .*query/],
    [{ adminUrl: 'http://restate:9070#s3cret' }, /adminUrl .*without .*fragment/],
    [{ ingressUrl: 'http://restate:80\r\n80' }, /ingressUrl must be/],
    [{ ingressUrl: null }, /ingressUrl must be/],
  ])('refuses %p by name, and tells no secret', (options, message) => {
    const open = () => restateEngine(options as never);
    expect(open).toThrow(message);
    expect(open).toThrow(expect.objectContaining({ code: 'SAGA_OPTIONS' }));
    expect(open).not.toThrow('s3cret');
  });

  it('takes undefined for the default', () => {
    const open = { ingressUrl: undefined, service: undefined, headers: undefined };
    expect(restateEngine(open as never).description).toBe('Restate at http://127.0.0.1:8080');
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
