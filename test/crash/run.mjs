// Bundles the crash tests next to the built package, which they import by its name, and runs one:
//   node test/crash/run.mjs <sweep|full|soak> [options]
import { build } from 'esbuild';

const SCRIPTS = {
  sweep: ['crash-sweep', 'child'],
  full: ['crash-sweep-full', 'child'],
  soak: ['soak/main', 'soak/worker'],
};

const [name, ...options] = process.argv.slice(2);
if (!Object.hasOwn(SCRIPTS, name)) throw new Error(`Which one? ${Object.keys(SCRIPTS).join(', ')}`);
const scripts = SCRIPTS[name];
await build({
  entryPoints: scripts.map((script) => `test/crash/${script}.ts`),
  outdir: 'dist/crash',
  outbase: 'test/crash',
  outExtension: { '.js': '.mjs' },
  bundle: true,
  packages: 'external',
  platform: 'node',
  format: 'esm',
  target: 'node20',
  // Some of what the tests share is written for CommonJS.
  banner: {
    js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
  },
  logLevel: 'warning',
});
process.argv.splice(2, process.argv.length, ...options);
await import(`../../dist/crash/${scripts[0]}.mjs`);
