// The adapters of ./transactions with the clients that they are for, each on real databases: npm run test:transactions
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { installAll } from './install.mjs';
import { writeRecipes } from './recipes.mjs';

const ROOT = join(import.meta.dirname, '../../..');
const PATTERN = '<rootDir>/test/transactions/clients/**/*.client.ts';

function run(...args) {
  execFileSync('npx', ['--no-install', ...args], { cwd: ROOT, stdio: 'inherit' });
}

installAll();
// With the clients, whose code it needs.
await import('./generate.mjs');
writeRecipes();
run('tsc', '-p', 'test/transactions/clients');
run(
  ...['jest', '--selectProjects', 'unit', '--testMatch', PATTERN, '--reporters=default'],
  ...['--testTimeout=30000', '--forceExit', ...process.argv.slice(2)],
);
