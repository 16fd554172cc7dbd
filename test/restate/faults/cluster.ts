import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { restatectl, RestateServer, serverPlace } from '../restate-server.js';

const run = promisify(execFile);

/** Three servers that keep two copies of everything. */
export async function startCluster(): Promise<readonly RestateServer[]> {
  const places = [await serverPlace('n1'), await serverPlace('n2'), await serverPlace('n3')];
  const addresses = places.map(({ fabric }) => `"http://127.0.0.1:${fabric}"`).join(', ');
  const nodes = places.map(
    (place, index) =>
      new RestateServer(
        place,
        `cluster-name = "saga-test"
auto-provision = false
default-replication = 2
default-num-partitions = 4
force-node-id = ${index + 1}
[metadata-client]
addresses = [${addresses}]`,
      ),
  );
  try {
    for (const node of nodes) await node.start('listening');
    await provision(places[0]?.fabric as number);
    await Promise.all(nodes.map((node) => node.untilHealthy()));
    return nodes;
  } catch (error) {
    for (const node of nodes) await node.stop();
    throw error;
  }
}

/** Asks until it is done: the command's exit code is 0 also while no node listens yet. */
async function provision(fabric: number): Promise<void> {
  const address = `http://127.0.0.1:${fabric}`;
  const args = ['--address', address, 'provision', '--replication', '2', '--yes'];
  const until = Date.now() + 60_000;
  for (;;) {
    const said = await run(restatectl(), args).then(
      ({ stdout, stderr }) => stdout + stderr,
      (error: Error) => error.message,
    );
    if (said.includes('successfully provisioned')) return;
    if (Date.now() > until) throw new Error(`The cluster was not provisioned: ${said}`);
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
}
