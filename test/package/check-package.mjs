// The built package: its contents, its manifest (publint), its types under every module resolution
// (attw), and each public entry imported as an ES module and as CommonJS.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { manifest, pack, temporaryDirectory } from './pack.mjs';

const { tarball, files } = pack();

const beside = [
  ...['package.json', 'README.md', 'LICENSE', 'CHANGELOG.md', 'dist/cjs/package.json'],
  ...['docs/telemetry/alerts.yaml', 'docs/telemetry/grafana-dashboard.json'],
  ...['lib/journals/README.md', 'lib/engines/restate/README.md'],
];
const stray = files.filter(
  (path) => !/^dist\/(lib|cjs)\/.+\.(js|d\.ts)$/.test(path) && !beside.includes(path),
);
assert.deepEqual(stray, [], 'the tarball holds files that no user needs');
const threads = ['lib', 'cjs'].map((format) => `dist/${format}/journals/sqlite/worker-thread.js`);
for (const needed of [...beside, ...threads]) {
  assert.ok(files.includes(needed), `the tarball lacks ${needed}`);
}

execFileSync('npx', ['--no-install', 'publint', 'run', tarball, '--strict'], { stdio: 'inherit' });
execFileSync('npx', ['--no-install', 'attw', tarball, '--quiet'], { stdio: 'inherit' });

// The program, from another folder, on a journal of its own; `count` is answered by the worker thread.
const { saga } = manifest.bin;
assert.ok(files.includes(saga.slice(2)), `the tarball lacks ${saga}`);
const elsewhere = temporaryDirectory();
const told = (...words) =>
  execFileSync(process.execPath, [resolve(saga), ...words], {
    cwd: elsewhere,
    env: { ...process.env, SAGA_JOURNAL: 'sqlite:sagas.db' },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    timeout: 20_000,
  });
assert.equal(told('--version'), `${manifest.version}\n`);
assert.equal(told('migrate'), 'sqlite sagas.db is up to date\n');
assert.equal(told('list', '--json') + told('count', '--json'), '');
console.log('the program saga works');

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

// The worker thread's program is found by its name, from a source that is compiled to both formats;
// and a journal that is open and at rest keeps no process alive.
const { import: asModule, require: asCommonJs } = manifest.exports['./sqlite'];
const loads = {
  'an ES module': `await import(${JSON.stringify(resolve(asModule.default))})`,
  CommonJS: `process.getBuiltinModule('module').createRequire(${JSON.stringify(resolve('package.json'))})(${JSON.stringify(resolve(asCommonJs.default))})`,
};
for (const [format, load] of Object.entries(loads)) {
  const file = join(temporaryDirectory(), 'sagas.db');
  const program = `
    const { sqliteJournal } = ${load};
    const journal = sqliteJournal({ file: ${JSON.stringify(file)}, thread: 'worker' });
    await journal.open();
    console.log((await journal.list({})).rows.length);
  `;
  const args = ['--input-type=module', '--eval', program];
  const said = execFileSync(process.execPath, args, { encoding: 'utf8', timeout: 20_000 });
  assert.equal(said, '0\n', `the worker thread of ${format} does not work`);
  console.log(`the SQLite worker thread works from ${format}`);
}
