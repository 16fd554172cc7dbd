// Installs the clients, and builds what they need, unless that has been done. Nothing but npm's registry is asked.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { npmCi } from '../../support/npm-ci.mjs';

const HERE = import.meta.dirname;

function run(command, args, cwd, env = {}) {
  console.log(`${command} ${args.join(' ')} …`);
  const stdio = ['ignore', 'ignore', 'inherit'];
  execFileSync(command, args, { cwd, stdio, env: { ...process.env, ...env } });
}

/** Prebuilt where its maker's server can be reached; else without optimizations, which takes half a minute. */
function buildBetterSqlite3() {
  const folder = join(HERE, 'node_modules', 'better-sqlite3');
  const built = ['Release', 'Debug'].map((kind) => join(folder, 'build', kind));
  if (built.some((it) => existsSync(join(it, 'better_sqlite3.node')))) return;
  try {
    run(process.execPath, [join(HERE, 'node_modules', 'prebuild-install', 'bin.js')], folder);
  } catch {
    // The headers of this Node, where it came with them.
    const prefix = dirname(dirname(process.execPath));
    const hasHeaders = existsSync(join(prefix, 'include', 'node', 'node.h'));
    const env = hasHeaders ? { npm_config_nodedir: prefix } : {};
    run('npm', ['run', 'build-debug'], folder, env);
  }
}

export function installAll() {
  // The scripts of Prisma would download binaries, which its drivers in Node do without.
  npmCi(HERE);
  npmCi(join(HERE, 'prisma-6'));
  buildBetterSqlite3();
}
