// Installs the packages of a folder that only some tests need, unless that has been done.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Whether what is installed is what the lock file says. */
function isInstalled(folder) {
  const installed = join(folder, 'node_modules', '.package-lock.json');
  if (!existsSync(installed)) return false;
  const packagesOf = (path) => JSON.parse(readFileSync(path, 'utf8')).packages;
  const { '': _, ...wanted } = packagesOf(join(folder, 'package-lock.json'));
  const has = packagesOf(installed);
  return Object.entries(wanted).every(
    ([path, { version, optional }]) => optional || has[path]?.version === version,
  );
}

/** Without scripts, which might download something else. */
export function npmCi(folder) {
  if (isInstalled(folder)) return;
  const command = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  console.log(`npm ${command.join(' ')} …`);
  execFileSync('npm', command, { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
}
