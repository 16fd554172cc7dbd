import { execFileSync } from 'node:child_process';
import { bundle } from '../../support/bundle.mjs';

/**
 * A Postgres server of our own with the settings that it has by itself, so with fsync on; the one
 * that the tests use. `SAGA_TEST_POSTGRES_URL` names another one.
 */
export async function startServer() {
  const { start } = await import(await bundle('test/support/postgres-server.ts'));
  return start();
}

/**
 * A Restate server on loopback, with a port for the services of each subject. It is big, and so
 * installed when it is first wanted.
 */
export async function startRestateServer(subjects) {
  execFileSync(process.execPath, ['test/restate/server/install.mjs'], { stdio: ['ignore', 2, 2] });
  const { RestateServer, freePort } = await import(await bundle('test/restate/restate-server.ts'));
  const server = await RestateServer.start();
  const ports = {};
  for (const subject of subjects) ports[subject] = await freePort();
  const { ingressUrl, adminUrl } = server;
  return { ingressUrl, adminUrl, ports, stop: () => server.stop() };
}
