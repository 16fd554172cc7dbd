// Runs a command beside a fresh server on loopback that ends with it, and tells it where it is:
//   npm run with-postgres -- npm start        (DATABASE_URL)
//   npm run with-restate -- npm start         (RESTATE_INGRESS_URL, RESTATE_ADMIN_URL, and a free
//                                              RESTATE_SERVICE_PORT for the application)
import { execFileSync, spawn } from 'node:child_process';
import { constants } from 'node:os';
import { bundle } from './bundle.mjs';

const SERVERS = {
  postgres: {
    source: 'test/support/postgres-server.ts',
    async start({ start }) {
      const server = await start();
      return { server, env: { DATABASE_URL: server.url } };
    },
  },
  restate: {
    source: 'test/restate/restate-server.ts',
    async start({ RestateServer, freePort }) {
      // Big, and so no dependency: it is installed when it is first wanted.
      execFileSync(process.execPath, ['test/restate/server/install.mjs'], { stdio: 'inherit' });
      const server = await RestateServer.start();
      return {
        server,
        env: {
          RESTATE_INGRESS_URL: server.ingressUrl,
          RESTATE_ADMIN_URL: server.adminUrl,
          RESTATE_SERVICE_PORT: String(await freePort()),
        },
      };
    },
  },
};

const [kind, command, ...args] = process.argv.slice(2);
if (!Object.hasOwn(SERVERS, kind)) throw new Error(`Which? ${Object.keys(SERVERS).join(', ')}`);
if (command === undefined) throw new Error('Which command?');
const { source, start } = SERVERS[kind];
const { server, env } = await start(await import(await bundle(source)));
for (const [name, value] of Object.entries(env)) console.log(`${name}=${value}`);
// A group of its own: npm passes signals on to its script only, not to what that has started.
const child = spawn(command, args, {
  stdio: 'inherit',
  env: { ...process.env, ...env },
  detached: true,
});

function end(signal) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // It ended just now.
  }
}
process.on('exit', () => end('SIGKILL'));
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => end(signal));

const code = await new Promise((resolve, reject) => {
  child.once('error', reject);
  child.once('exit', (exit, signal) => resolve(exit ?? 128 + constants.signals[signal]));
}).finally(() => server.stop());
process.exit(code);
