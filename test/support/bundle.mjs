import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const ROOT = join(import.meta.dirname, '..', '..');

/**
 * Makes programs of TypeScript files of `test/`, next to the built package, which they import by its
 * name.
 *
 * @returns the URL of the first one, to import.
 */
export async function bundle(...sources) {
  const { outputFiles } = await build({
    absWorkingDir: ROOT,
    entryPoints: sources,
    outdir: 'dist/test',
    outbase: 'test',
    outExtension: { '.js': '.mjs' },
    bundle: true,
    write: false,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'node20',
    // Some of what they share is written for Jest, which runs it as CommonJS.
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
    logLevel: 'warning',
  });
  for (const { path, contents } of outputFiles) {
    // Whole at once: another bundle may be made, and run, at the same time.
    const made = `${path}.${process.pid}`;
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(made, contents);
    renameSync(made, path);
  }
  const [first] = sources;
  const program = join(ROOT, 'dist', first).replace(/\.ts$/, '.mjs');
  return pathToFileURL(program).href;
}
