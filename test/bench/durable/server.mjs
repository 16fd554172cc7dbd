import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const ROOT = join(import.meta.dirname, '..', '..', '..');

/**
 * A Postgres server of our own with the settings that it has by itself, so with fsync on; the one
 * that the tests use. `SAGA_TEST_POSTGRES_URL` names another one.
 */
export async function startServer() {
  const outfile = join(ROOT, 'dist', 'bench', 'postgres-server.mjs');
  await build({
    entryPoints: [join(ROOT, 'test', 'support', 'postgres-server.ts')],
    outfile,
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'node20',
    // It is written for Jest, which runs it as CommonJS.
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
    logLevel: 'warning',
  });
  const { start } = await import(pathToFileURL(outfile).href);
  return start();
}
