import { existsSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { SagaOptionsError } from '../../core/index.js';

/**
 * This file, as a path or a `file:` URL. ES modules tell it by `import.meta`, CommonJS by
 * `__filename`, and a source that is compiled to both may name neither; the stack tells both.
 */
function thisFile(): string {
  const { stackTraceLimit } = Error;
  const prepareStackTrace: unknown = Reflect.get(Error, 'prepareStackTrace');
  try {
    Error.stackTraceLimit = 1;
    Error.prepareStackTrace = (_error, [site]) => site?.getFileName() ?? '';
    return String(new Error().stack);
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
    Reflect.set(Error, 'prepareStackTrace', prepareStackTrace);
  }
}

/** Beside `here`, with its extension. @throws SagaOptionsError when it is not there. */
export function workerFileBeside(here: string): URL {
  const url = here.startsWith('file:') ? new URL(here) : pathToFileURL(here);
  const [extension] = /\.[a-z]+$/.exec(url.pathname) ?? ['.js'];
  const file = new URL(`./worker-thread${extension}`, url);
  if (existsSync(file)) return file;
  throw new SagaOptionsError(
    `sqliteJournal: thread 'worker' needs ${fileURLToPath(file)}, which is not there; keep nestjs-saga-orchestrator out of the bundle, or leave thread out`,
  );
}

/** The program of the worker thread. */
export function workerFile(): URL {
  return workerFileBeside(thisFile());
}

/** Whether Node can run the program: not where it was bundled, nor from sources in TypeScript. */
export function hasWorkerFile(): boolean {
  try {
    return !workerFile().pathname.endsWith('.ts');
  } catch {
    return false;
  }
}
