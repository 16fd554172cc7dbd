// Installs the packed tarball into two fresh applications with nothing but the required peers,
// compiles them with the declarations of every library checked, and runs a decorated saga in both.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { pack, temporaryDirectory } from './pack.mjs';

const EXPECTED = `\
order-1: created, reserved, completed
order-2: created, cancelled, compensated because NO_STOCK
bare builder: completed
`;

const run = promisify(execFile);
const { tarball } = pack();
const apps = new URL('./apps/', import.meta.url);

async function check(name) {
  const directory = temporaryDirectory();
  await cp(new URL(`./${name}/`, apps), directory, { recursive: true });
  await cp(new URL('./main.ts', apps), join(directory, 'main.ts'));
  const inApp = async (command, ...args) => {
    try {
      return (await run(command, args, { cwd: directory })).stdout;
    } catch (error) {
      throw new Error(`${name}: ${error.message}\n${error.stdout}\n${error.stderr}`);
    }
  };
  await inApp('npm', 'install', '--no-audit', '--no-fund', '--loglevel=error', tarball);
  await inApp('npx', '--no-install', 'tsc');
  assert.equal(await inApp('node', 'dist/main.js'), EXPECTED, name);
  assert.match(await inApp('npx', '--no-install', 'saga', '--version'), /^\d+\.\d+\.\d+/, name);
  console.log(`${name}: compiles and runs a decorated saga`);
}

const outcomes = await Promise.allSettled(['nest12-esm', 'nest11-cjs'].map(check));
const failures = outcomes.filter(({ status }) => status === 'rejected');
for (const { reason } of failures) console.error(reason);
process.exitCode = failures.length === 0 ? 0 : 1;
