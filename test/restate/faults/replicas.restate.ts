import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger } from 'nestjs-saga-orchestrator/core';
import { restateEngine } from 'nestjs-saga-orchestrator/restate';
import { freePort } from '../ports.js';
import { RestateServer } from '../restate-server.js';
import { balancer } from './balancer.js';
import { callsOf, LABELS, standing, startOrders, sweepSaga } from './participants.js';
import { ServiceProcess } from './service-process.js';

const SAGAS = 20;

describe('two replicas behind one URL', () => {
  it('lose one while sagas are in flight, and every saga ends', async () => {
    const root = mkdtempSync(join(tmpdir(), 'saga-replicas-'));
    const plan = sweepSaga(root);
    const server = await RestateServer.start();
    const ports = [await freePort(), await freePort()];
    const { url: publicUrl, given, close } = await balancer(ports);
    const { ingressUrl, adminUrl } = server;
    const replicas = await Promise.all(
      ports.map((port) => ServiceProcess.start({ ingressUrl, adminUrl, port, publicUrl, root })),
    );
    const engine = restateEngine({ ingressUrl, adminUrl, service: false });
    const client = engine.create({ logger: silentLogger });
    client.register(plan);
    try {
      const { ids, ends } = startOrders(client, plan, SAGAS, 200);
      const begun = (): boolean => ids.every((id) => callsOf(root, id).includes('do Reserve'));
      while (!begun()) await new Promise((resolve) => setTimeout(resolve, 10));
      // The one that the server is connected to: nothing would happen to the other.
      const busy = [...given].sort(([, a], [, b]) => b - a)[0]?.[0];
      const victim = replicas[ports.indexOf(busy as number)];
      await victim?.stop();
      expect(await Promise.all(ends)).toEqual(
        ids.map((_, index) => (index % 2 === 1 ? 'compensated' : 'completed')),
      );
      const effects = ids.map((id) => standing(root, id));
      expect(effects).toEqual(ids.map((_, index) => (index % 2 === 1 ? [] : LABELS)));
      // The kill hit sagas in flight: what they were doing was asked for again.
      const again = ids.filter((id) => new Set(callsOf(root, id)).size < callsOf(root, id).length);
      expect(again).not.toEqual([]);
    } finally {
      await client.close();
      for (const replica of replicas) await replica.stop();
      await close();
      await server.stop();
      rmSync(root, { recursive: true, force: true });
    }
  });
});
