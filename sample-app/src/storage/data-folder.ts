import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';

/** Where this application keeps its files: `SAGA_DATA_DIR`, else `.data` where it was started. */
export function dataFolder(env: NodeJS.ProcessEnv = process.env): string {
  const folder = resolve(env['SAGA_DATA_DIR'] || '.data');
  mkdirSync(folder, { recursive: true });
  return folder;
}
