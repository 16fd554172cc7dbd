// The built package: its contents, its manifest (publint), its types under every module resolution
// (attw), and each public entry imported as an ES module and as CommonJS.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { manifest, pack } from './pack.mjs';

const { tarball, files } = pack();

const stray = files.filter(
  (path) =>
    !/^dist\/(lib|cjs)\/.+\.(js|d\.ts|js\.map)$/.test(path) &&
    !['package.json', 'README.md', 'LICENSE', 'CHANGELOG.md', 'dist/cjs/package.json'].includes(
      path,
    ),
);
assert.deepEqual(stray, [], 'the tarball holds files that no user needs');
for (const needed of ['README.md', 'LICENSE', 'CHANGELOG.md', 'dist/cjs/package.json']) {
  assert.ok(files.includes(needed), `the tarball lacks ${needed}`);
}

execFileSync('npx', ['--no-install', 'publint', 'run', tarball, '--strict'], { stdio: 'inherit' });
execFileSync('npx', ['--no-install', 'attw', tarball, '--quiet'], { stdio: 'inherit' });

const require = createRequire(import.meta.url);
for (const [subpath, target] of Object.entries(manifest.exports)) {
  if (typeof target === 'string') continue;
  const name = manifest.name + subpath.slice(1);
  const asModule = await import(name);
  const asCommonJs = require(resolve(target.require.default));
  const names = Object.keys(asModule).sort();
  assert.notDeepEqual(names, [], `${name} exports nothing`);
  assert.deepEqual(Object.keys(asCommonJs).sort(), names, `${name} differs between its formats`);
  for (const exported of names) {
    assert.equal(
      require(name)[exported],
      asModule[exported],
      `${exported} is not the same for import and for require of ${name}`,
    );
  }
  console.log(`${name}: ${names.length} exports, the same as an ES module and as CommonJS`);
}
