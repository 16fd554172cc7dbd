import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdtempSync,
  mkdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..', '..');
/** Below the dependencies, so that both libraries find the same Nest. */
const BUILT = join(ROOT, 'node_modules', '.cache', 'saga-bench');

function git(...args) {
  return execFileSync('git', args, {
    cwd: ROOT,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** @throws for what names no revision here, as in a clone that is too shallow. */
export function commitOf(revision) {
  try {
    return git('rev-parse', '--verify', '--end-of-options', `${revision}^{commit}`).trim();
  } catch {
    throw new Error(`No revision '${revision}' in this repository; fetch it, or name another one`);
  }
}

function build(commit, target) {
  const scratch = mkdtempSync(join(tmpdir(), 'saga-bench-base-'));
  try {
    process.stderr.write(`building ${commit.slice(0, 7)} …\n`);
    const sources = join(scratch, 'sources.tar');
    execFileSync('git', ['archive', '--output', sources, commit], { cwd: ROOT });
    execFileSync('tar', ['-xf', sources, '-C', scratch]);
    symlinkSync(join(ROOT, 'node_modules'), join(scratch, 'node_modules'));
    const nest = join(ROOT, 'node_modules', '.bin', 'nest');
    execFileSync(nest, ['build'], { cwd: scratch, stdio: ['ignore', 2, 2] });
    mkdirSync(target, { recursive: true });
    writeFileSync(join(target, 'package.json'), '{ "type": "module" }\n');
    cpSync(join(scratch, 'dist', 'lib'), join(target, 'lib'), { recursive: true });
  } catch (error) {
    rmSync(target, { recursive: true, force: true });
    throw error;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** The folder of the library as it was at a commit, built with the dependencies of today; kept once built. */
export function builtAt(commit) {
  const target = join(BUILT, commit);
  const lib = join(target, 'lib');
  if (!existsSync(join(lib, 'index.js'))) build(commit, target);
  return lib;
}
