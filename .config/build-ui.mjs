// The dashboard's page as two texts that both builds carry: lib/dashboard/ui → lib/dashboard/assets.generated.ts.
// It is made anew before each build, type check and test run, and is not in the repository.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = resolve(fileURLToPath(import.meta.url), '../..');
const ui = join(root, 'lib/dashboard/ui');
const target = join(root, 'lib/dashboard/assets.generated.ts');

const { outputFiles } = await build({
  entryPoints: [join(ui, 'main.tsx')],
  outdir: 'out',
  write: false,
  bundle: true,
  minify: true,
  format: 'iife',
  target: ['es2022', 'safari15.4'],
  jsx: 'automatic',
  jsxImportSource: 'preact',
  charset: 'utf8',
  legalComments: 'none',
  tsconfig: join(ui, 'tsconfig.json'),
});

const TYPES = { js: 'text/javascript; charset=utf-8', css: 'text/css; charset=utf-8' };

function asset(extension) {
  const { text } = outputFiles.find(({ path }) => path.endsWith(`.${extension}`));
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 12);
  return { name: `app-${hash}.${extension}`, type: TYPES[extension], text };
}

/** What is inside is under the MIT license, which is to go along. */
function notice(name) {
  const folder = join(root, 'node_modules', name);
  const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  return `${name} ${version}\n\n${readFileSync(join(folder, 'LICENSE'), 'utf8').trim()}`;
}

const notices = ['preact', '@preact/signals', '@preact/signals-core'].map(notice).join('\n\n');
const text = `/*! Made by .config/build-ui.mjs. The texts below contain:

${notices.replaceAll('*/', '* /')}
*/
import type { Asset } from './asset.js';

export const js: Asset = ${JSON.stringify(asset('js'))};
export const css: Asset = ${JSON.stringify(asset('css'))};
`;
if (!existsSync(target) || readFileSync(target, 'utf8') !== text) {
  // Others may be reading it.
  const made = `${target}.${process.pid}`;
  writeFileSync(made, text);
  renameSync(made, target);
}
