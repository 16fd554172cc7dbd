import { jsonCodec } from 'nestjs-saga-orchestrator/core';
import { RestateServer as Client } from '../../lib/engines/restate/server.js';
import { restateSettings } from '../../lib/engines/restate/options.js';
import { Store } from '../../lib/engines/restate/store.js';
import { doubtfulSaga, engineOn, stuckSaga, untilStatus } from './engines.js';
import { freePort } from './ports.js';
import { RestateServer } from './restate-server.js';

const WHY = { by: 'ann', reason: 'looked into it' };
const LABELS = ['A', 'B', 'C', 'D'];

describe('signals to sagas on Restate', () => {
  let server: RestateServer;
  beforeAll(async () => (server = await RestateServer.start()));
  afterAll(() => server.stop());

  it('are all heard, and told of, when they come at the same time', async () => {
    const plan = stuckSaga('AtOnce', LABELS);
    const engine = engineOn(server, { service: { port: await freePort() } }, plan);
    await engine.open();
    for (const id of ['1', '2', '3']) {
      const ref = { name: plan.name, id };
      const handle = await engine.start(plan, {}, { id });
      await expect(handle.result()).rejects.toMatchObject({ parkReason: 'compensation-failed' });
      await Promise.all(
        LABELS.map((label) => engine.manual(ref, { act: 'mark-compensated', label }, WHY)),
      );
      await untilStatus(engine, ref, 'compensated');
    }
    await engine.close();
  });

  it('wait for a process that serves the saga', async () => {
    const plan = stuckSaga('Unserved', LABELS);
    const service = { port: await freePort() };
    const before = engineOn(server, { service }, plan);
    await before.open();
    const ref = { name: plan.name, id: 'u' };
    const handle = await before.start(plan, {}, { id: 'u' });
    await expect(handle.result()).rejects.toMatchObject({ parkReason: 'compensation-failed' });
    const { ingressUrl, adminUrl } = server;
    const client = new Client(restateSettings({ ingressUrl, adminUrl }));
    const { invocationId } = (await new Store(client, jsonCodec).load(ref))!;
    await before.close();
    const sent = LABELS.map((label) => {
      const command = { act: 'mark-compensated', label } as const;
      return client.signal(ref, invocationId, { kind: 'command', command, ...WHY });
    });
    const after = engineOn(server, { service }, plan);
    await after.open();
    await Promise.all(sent);
    await untilStatus(after, ref, 'compensated');
    client.close();
    await after.close();
  });

  it('are refused when another one came first', async () => {
    const plan = doubtfulSaga('InDoubt');
    const engine = engineOn(server, { service: { port: await freePort() } }, plan);
    await engine.open();
    const ref = { name: plan.name, id: 'd' };
    const handle = await engine.start(plan, {}, { id: 'd' });
    await expect(handle.result()).rejects.toMatchObject({ parkReason: 'in-doubt' });
    const ends = await Promise.allSettled([
      engine.manual(ref, { act: 'mark-done', label: 'A' }, WHY),
      engine.manual(ref, { act: 'terminate' }, WHY),
    ]);
    expect(ends.filter(({ status }) => status === 'rejected')).toMatchObject([
      { reason: { code: 'SAGA_STATE' } },
    ]);
    await engine.close();
  });

  it('that complete a parked saga show in lists', async () => {
    const plan = doubtfulSaga('ByHand');
    const engine = engineOn(server, { service: { port: await freePort() } }, plan);
    await engine.open();
    const handle = await engine.start(plan, {}, { id: 'h' });
    await expect(handle.result()).rejects.toMatchObject({ parkReason: 'in-doubt' });
    await engine.manual({ name: plan.name, id: 'h' }, { act: 'mark-done', label: 'A' }, WHY);
    await untilStatus(engine, { name: plan.name, id: 'h' }, 'completed');
    const completed = await engine.list({ name: plan.name, status: 'completed' });
    expect(completed.sagas).toMatchObject([{ id: 'h', status: 'completed' }]);
    await engine.close();
  });
});
