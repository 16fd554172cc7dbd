import { execSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const HERE = import.meta.dirname;
const ROOT = join(HERE, '..', '..');
const BUILT_CORE = join(ROOT, 'dist', 'lib', 'core');

/** Runs a command with its output on stderr, so that stdout stays the table. */
function run(command, cwd) {
  process.stderr.write(`${command} …\n`);
  execSync(command, { cwd, stdio: ['ignore', 2, 2] });
}

function newestChange(folder) {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true });
  return Math.max(...files.map((file) => statSync(join(file.parentPath, file.name)).mtimeMs));
}

function isStale() {
  const entry = join(BUILT_CORE, 'index.js');
  return !existsSync(entry) || statSync(entry).mtimeMs < newestChange(join(ROOT, 'lib'));
}

/**
 * Installs the peers and builds the library when that has not been done, and answers the folder of
 * the built core. A `core` that was given is measured as it is.
 */
export function prepare(core) {
  if (!existsSync(join(HERE, 'node_modules'))) run('npm ci --no-audit --no-fund', HERE);
  if (core !== undefined) return core;
  if (isStale()) run('npm run build', ROOT);
  return BUILT_CORE;
}
