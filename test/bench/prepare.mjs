import { execSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, statfsSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const HERE = import.meta.dirname;
const ROOT = join(HERE, '..', '..');
const BUILT = join(ROOT, 'dist', 'lib');
const TMPFS = 0x01021994;

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
  const entry = join(BUILT, 'index.js');
  return !existsSync(entry) || statSync(entry).mtimeMs < newestChange(join(ROOT, 'lib'));
}

function install(folder) {
  const installed = join(folder, 'node_modules', '.package-lock.json');
  const lock = join(folder, 'package-lock.json');
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(lock).mtimeMs) return;
  run('npm ci --no-audit --no-fund', folder);
}

/**
 * Installs the library and the peers and builds the library when that has not been done, and answers
 * the folder of the built library. One that was given is measured as it is.
 */
export function prepare(lib) {
  install(HERE);
  if (lib !== undefined) return lib;
  if (!existsSync(join(ROOT, 'node_modules'))) install(ROOT);
  if (isStale()) run('npm run build', ROOT);
  return BUILT;
}

/** A folder on a real disk, gone when this process ends. */
export function workFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'saga-bench-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  if (statfsSync(folder).type === TMPFS) {
    throw new Error(`${folder} is in memory, which no disk is as fast as; set TMPDIR to a disk`);
  }
  return folder;
}
