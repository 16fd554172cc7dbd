import { silentLogger } from 'nestjs-saga-orchestrator/core';
import { restateEngine } from 'nestjs-saga-orchestrator/restate';
import { engineContract, type EngineHarness } from 'nestjs-saga-orchestrator/testing';
import { judge } from '../engines/judge.js';
import { freePort } from './ports.js';
import { RestateServer } from './restate-server.js';

describe('sagas on Restate keep the engine contract', () => {
  let server: RestateServer;
  beforeAll(async () => (server = await RestateServer.start()));
  afterAll(() => server.stop());

  async function harness(): Promise<EngineHarness> {
    const port = await freePort();
    const { ingressUrl, adminUrl } = server;
    return {
      engine: (_, watching) =>
        restateEngine({ ingressUrl, adminUrl, service: { port } }).create({
          logger: silentLogger,
          ...watching,
        }),
      judge,
      dispose: () => Promise.resolve(),
    };
  }

  it.each(engineContract)('$name', ({ run }) => run(harness));
});
