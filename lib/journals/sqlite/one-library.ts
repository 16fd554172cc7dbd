import { readdirSync, readlinkSync } from 'node:fs';
import { SagaJournalError } from '../../core/index.js';

/**
 * With more open files than this, looking through them would hold up the event loop for longer than a
 * commit does.
 */
const MAX_OPEN_FILES = 10_000;

function targetOf(link: string): string | undefined {
  try {
    return readlinkSync(link);
  } catch {
    // Closed in the meantime.
    return undefined;
  }
}

/**
 * How many SQLite libraries have the file (a real path) open in this process, in whichever thread; 0 where
 * that cannot be seen: it can on Linux. Each of them opens the index of the log once, for all of its
 * connections, because its locks are there: so two indexes are two libraries, or two copies of one.
 */
export function librariesOn(file: string, openFiles = '/proc/self/fd'): number {
  let names: readonly string[];
  try {
    names = readdirSync(openFiles);
  } catch {
    return 0;
  }
  if (names.length > MAX_OPEN_FILES) return 0;
  const targets = names.map((name) => targetOf(`${openFiles}/${name}`));
  // One library that left it open: its index may be the one that the new file has found.
  if (targets.includes(`${file} (deleted)`)) return 0;
  return targets.filter((target) => target === `${file}-shm`).length;
}

export function secondLibrary(description: string, driver: string): SagaJournalError {
  return new SagaJournalError(
    `The journal ${description} is stopped: beside its driver ${driver} another SQLite library (or another copy of ` +
      "it) has the file open in this process. They do not see each other's locks, and corrupt the file; " +
      'let one library open it: give the journal, as its driver, the one that your other code uses, or use the file from another process',
  );
}
