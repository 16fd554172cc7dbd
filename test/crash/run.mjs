// Bundles the crash tests next to the built package, which they import by its name, and runs one:
//   node test/crash/run.mjs sweep [options]
import { build } from 'esbuild';

const [script, ...options] = process.argv.slice(2);
const scripts = { sweep: 'crash-sweep' };
if (!Object.hasOwn(scripts, script)) {
  throw new Error(`Which one? ${Object.keys(scripts).join(', ')}`);
}
const entries = ['child', scripts[script]];
await build({
  entryPoints: entries.map((name) => `test/crash/${name}.ts`),
  outdir: 'dist/crash',
  outbase: 'test/crash',
  outExtension: { '.js': '.mjs' },
  bundle: true,
  packages: 'external',
  platform: 'node',
  format: 'esm',
  target: 'node20',
  sourcemap: 'inline',
  logLevel: 'warning',
});
process.argv.splice(2, process.argv.length, ...options);
await import(`../../dist/crash/${scripts[script]}.mjs`);
