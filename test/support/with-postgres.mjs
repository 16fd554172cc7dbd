// Runs a command with DATABASE_URL, the address of a fresh Postgres that ends with the command:
//   npm run with-postgres -- npm start
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { build } from 'esbuild';

const [command, ...args] = process.argv.slice(2);
if (command === undefined) throw new Error('Which command?');
await build({
  entryPoints: ['test/support/postgres-server.ts'],
  outfile: 'dist/with-postgres/postgres-server.mjs',
  bundle: true,
  packages: 'external',
  platform: 'node',
  format: 'esm',
  target: 'node20',
  banner: {
    js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
  },
  logLevel: 'warning',
});
const { start } = await import('../../dist/with-postgres/postgres-server.mjs');
const server = await start();
console.log(`DATABASE_URL=${server.url}`);
const env = { ...process.env, DATABASE_URL: server.url };
// A group of its own: npm passes signals on to its script only, not to what that has started.
const child = spawn(command, args, { stdio: 'inherit', env, detached: true });

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
