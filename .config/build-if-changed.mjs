// Builds when a source is newer than the last whole build, and does nothing otherwise: for what runs from dist.
import { execSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(fileURLToPath(import.meta.url), '../..');
/** The last file that a build writes. */
const last = join(root, 'dist/cjs/package.json');
const SOURCES = ['lib', 'sample-app', '.config', 'package.json', 'tsconfig.json', 'nest-cli.json'];

function filesOf(path) {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.includes('.generated.'))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
}

const isBuilt =
  existsSync(last) &&
  SOURCES.flatMap((source) => filesOf(join(root, source))).every(
    (file) => statSync(file).mtimeMs < statSync(last).mtimeMs,
  );
if (!isBuilt) execSync('npm run build', { cwd: root, stdio: 'inherit' });
