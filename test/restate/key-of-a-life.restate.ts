import { defineSaga } from 'nestjs-saga-orchestrator/core';
import { engineOn } from './engines.js';
import { freePort } from './ports.js';
import { RestateServer } from './restate-server.js';

describe('the idempotency key of one life of an id on Restate (semantics 24)', () => {
  let server: RestateServer;
  beforeAll(async () => (server = await RestateServer.start()));
  afterAll(() => server.stop());

  it('is the same over attempts, and another one when the id is used again', async () => {
    const keys: string[] = [];
    const action = ({ attempt, idempotencyKey }: { attempt: number; idempotencyKey: string }) => {
      keys.push(idempotencyKey);
      if (attempt === 1) throw new Error('no');
    };
    const retry = { retries: 1, delay: 1 };
    const plan = defineSaga('Lives', [{ label: 'Charge', action, retry }]);
    const engine = engineOn(server, { service: { port: await freePort() } }, plan);
    await engine.open();
    for (let life = 0; life < 2; life += 1) {
      await (await engine.start(plan, {}, { id: 'o-1' })).result();
      await engine.forget({ name: plan.name, id: 'o-1' });
    }
    await engine.close();
    expect(keys).toHaveLength(4);
    expect(keys[0]).toBe(keys[1]);
    expect(keys[2]).toBe(keys[3]);
    expect(keys[0]).not.toBe(keys[2]);
  });
});
