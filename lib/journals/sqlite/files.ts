import { closeSync, fchmodSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Makes the file, empty, where there is none: SQLite would make it readable for everybody. The files
 * beside it get its mode from SQLite.
 */
export function createFile(file: string, mode: number): void {
  mkdirSync(dirname(file), { recursive: true });
  let handle: number;
  try {
    handle = openSync(file, 'wx', mode);
  } catch (error) {
    if ((error as { readonly code?: unknown }).code === 'EEXIST') return;
    throw error;
  }
  try {
    // Set again, since the umask may have removed some of it.
    fchmodSync(handle, mode);
  } finally {
    closeSync(handle);
  }
}
