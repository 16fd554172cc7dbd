import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const manifest = JSON.parse(readFileSync('package.json', 'utf8'));

/** A directory outside of the repository, gone when the process ends. */
export function temporaryDirectory() {
  const directory = mkdtempSync(join(tmpdir(), 'saga-package-'));
  process.on('exit', () => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** What users would download: builds, packs, and returns the tarball and the files in it. */
export function pack() {
  const directory = temporaryDirectory();
  execFileSync('npm', ['run', '--silent', 'build'], { stdio: 'inherit' });
  const json = execFileSync(
    'npm',
    ['pack', '--json', '--ignore-scripts', '--pack-destination', directory],
    { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const answer = JSON.parse(json);
  const [{ filename, files }] = Array.isArray(answer) ? answer : Object.values(answer);
  return { tarball: join(directory, filename), files: files.map(({ path }) => path) };
}
