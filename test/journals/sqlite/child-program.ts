import { spawn, type ChildProcess } from 'node:child_process';
import { buildSync } from 'esbuild';
import { basename, join } from 'node:path';

/** The program of the SQLite journal's worker thread: looked for beside what was bundled. */
export const WORKER_THREAD = '../../../lib/journals/sqlite/worker-thread.ts';

/** Bundles a program of this folder, so that a process or a thread without Jest can run it. */
export function bundle(program: string, folder: string, first = ''): string {
  const outfile = join(folder, basename(program).replace(/\.ts$/, '.cjs'));
  buildSync({
    entryPoints: [join(__dirname, program)],
    banner: {
      js: `module.paths.push(${JSON.stringify(join(process.cwd(), 'node_modules'))});${first}`,
    },
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    // Nest names packages that nobody has installed.
    external: ['libsql', '@nestjs/*'],
    // As `require`, which looks where the banner says.
    supported: { 'dynamic-import': false },
    logLevel: 'error',
  });
  return outfile;
}

export interface RunningProgram {
  readonly process: ChildProcess;
  /** Whole lines that it has written so far. */
  lines(): readonly string[];
  /** Resolves when it has written a line that begins so. */
  said(beginning: string): Promise<void>;
  /** Resolves when it is gone, with its exit code or signal. */
  readonly gone: Promise<number | NodeJS.Signals | null>;
}

export function startProgram(outfile: string, args: readonly string[]): RunningProgram {
  const child = spawn(process.execPath, [outfile, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_NO_WARNINGS: '1' },
  });
  let text = '';
  let look: () => void = () => undefined;
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
    look();
  });
  // What follows the last line break may be half a line.
  const lines = (): readonly string[] => text.split('\n').slice(0, -1);
  const gone = new Promise<number | NodeJS.Signals | null>((resolve) => {
    child.on('close', (code, signal) => resolve(signal ?? code));
  });
  const said = (beginning: string): Promise<void> =>
    new Promise((resolve, reject) => {
      look = () => {
        if (lines().some((line) => line.startsWith(beginning))) resolve();
      };
      look();
      void gone.then((how) => reject(new Error(`It ended (${how}) without saying ${beginning}`)));
    });
  return { process: child, lines, said, gone };
}
