import { createServer } from 'node:http2';
import * as sdk from '@restatedev/restate-sdk';
import { engineOn, smallSaga } from './engines.js';
import { freePort } from './ports.js';
import { RestateServer } from './restate-server.js';

interface KnownService {
  readonly ty: string;
  readonly abort_timeout: string;
  readonly workflow_completion_retention: string;
}

describe('what Restate is told of the sagas of a process', () => {
  let server: RestateServer;
  beforeAll(async () => (server = await RestateServer.start()));
  afterAll(() => server.stop());

  async function known(name: string): Promise<KnownService> {
    const answer = await fetch(`${server.adminUrl}/services/${name}`);
    return (await answer.json()) as KnownService;
  }

  it('follows a deploy at the same URL: time limits of steps, and the retention', async () => {
    const service = { port: await freePort() };
    const before = engineOn(server, { service, retentionMs: 60_000 }, smallSaga('Changed'));
    await before.open();
    await before.close();
    expect(await known('Changed')).toMatchObject({ workflow_completion_retention: '1m' });
    const slow = smallSaga('Changed', 600_000);
    const after = engineOn(server, { service, retentionMs: 120_000 }, slow);
    await after.open();
    await after.close();
    expect(await known('Changed')).toMatchObject({
      workflow_completion_retention: '2m',
      abort_timeout: '10m 35s',
    });
  });

  it('never takes the name of another kind of service', async () => {
    const port = await freePort();
    const handlers = { hello: () => Promise.resolve('hi') };
    const services = [sdk.object({ name: 'Taken', handlers })];
    const logger = (): void => undefined;
    const other = createServer(sdk.createEndpointHandler({ services, logger }));
    await new Promise<void>((resolve) => other.listen(port, '127.0.0.1', resolve));
    await fetch(`${server.adminUrl}/deployments`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ uri: `http://127.0.0.1:${port}` }),
    });
    const service = { port: await freePort() };
    const engine = engineOn(server, { service }, smallSaga('Taken'));
    await expect(engine.open()).rejects.toMatchObject({
      code: 'SAGA_OPTIONS',
      message: expect.stringContaining('service type') as string,
    });
    expect(await known('Taken')).toMatchObject({ ty: 'VirtualObject' });
    await engine.close();
    other.close();
  });

  it('knows a saga that is registered while the first ones are made known', async () => {
    const service = { port: await freePort() };
    const engine = engineOn(server, { service }, smallSaga('First'));
    const first = engine.open();
    engine.register(smallSaga('Second'));
    await Promise.all([first, engine.open()]);
    const handle = await engine.start(engine.definition('Second'), {}, {});
    expect((await handle.result()).isSuccess).toBe(true);
    await engine.close();
  });

  it('holds no port when it is told nothing', async () => {
    const service = { port: await freePort(), publicUrl: 'http://127.0.0.1:1' };
    const engine = engineOn(server, { service }, smallSaga('Unreached'));
    await expect(engine.open()).rejects.toMatchObject({ code: 'SAGA_OPTIONS' });
    const free = createServer();
    await new Promise<void>((resolve, reject) => {
      free.once('error', reject);
      free.listen(service.port, '127.0.0.1', resolve);
    });
    free.close();
    await engine.close();
  });
});
