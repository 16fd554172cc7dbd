import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger } from 'nestjs-saga-orchestrator/core';
import { restateEngine } from 'nestjs-saga-orchestrator/restate';
import { freePort } from '../ports.js';
import type { RestateServer } from '../restate-server.js';
import { startCluster } from './cluster.js';
import { callsOf, LABELS, standing, startOrders, sweepSaga } from './participants.js';
import { ServiceProcess } from './service-process.js';

const SAGAS = 40;

describe('a cluster of three nodes that keep two copies', () => {
  it('loses a node with 40 sagas in flight, and every saga ends', async () => {
    const root = mkdtempSync(join(tmpdir(), 'saga-cluster-'));
    const plan = sweepSaga(root);
    const nodes = await startCluster();
    const [first, , third] = nodes as readonly [RestateServer, RestateServer, RestateServer];
    const { ingressUrl, adminUrl } = first;
    const service = await ServiceProcess.start({
      ingressUrl,
      adminUrl,
      port: await freePort(),
      root,
    });
    const options = { ingressUrl, adminUrl, service: false, patienceMs: 120_000 } as const;
    const client = restateEngine(options).create({ logger: silentLogger });
    client.register(plan);
    try {
      const { ids, ends } = startOrders(client, plan, SAGAS, 400);
      const begun = (): number => ids.filter((id) => callsOf(root, id).length > 0).length;
      while (begun() < SAGAS) await new Promise((resolve) => setTimeout(resolve, 10));
      const ended = ids.filter((id) => standing(root, id).length === LABELS.length);
      expect(ended.length).toBeLessThan(SAGAS);
      await third.kill();
      expect(await Promise.all(ends)).toEqual(
        ids.map((_, index) => (index % 2 === 1 ? 'compensated' : 'completed')),
      );
      const effects = ids.map((id) => standing(root, id));
      expect(effects).toEqual(ids.map((_, index) => (index % 2 === 1 ? [] : LABELS)));
    } finally {
      await client.close();
      await service.stop();
      for (const node of nodes) await node.stop();
      rmSync(root, { recursive: true, force: true });
    }
  });
});
