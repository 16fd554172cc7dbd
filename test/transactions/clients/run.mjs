// The adapters of ./transactions with the clients that they are for, each on real databases: npm run test:transactions
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { bundle } from '../../support/bundle.mjs';
import { installAll } from './install.mjs';
import { writeRecipes } from './recipes.mjs';

const ROOT = join(import.meta.dirname, '../../..');
const PATTERN = '<rootDir>/test/transactions/clients/**/*.client.ts';

function run(...args) {
  execFileSync('npx', ['--no-install', ...args], { cwd: ROOT, stdio: 'inherit' });
}

process.chdir(ROOT);
installAll();
// With the clients, whose code it needs.
await import('./generate.mjs');
writeRecipes();
run('tsc', '-p', 'test/transactions/clients');

// One for all of them.
const { start } = await import(await bundle('test/support/postgres-server.ts'));
const server = await start(['fsync=off']);
process.env.SAGA_TEST_POSTGRES_URL = server.url;
try {
  run(
    ...['jest', '--selectProjects', 'unit', '--testMatch', PATTERN, '--reporters=default'],
    ...['--forceExit', ...process.argv.slice(2)],
  );
} finally {
  await server.stop();
}
