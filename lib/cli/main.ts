#!/usr/bin/env node
// The program `saga`: what package.json calls its bin.
import { writeSync } from 'node:fs';
import { EXIT, type Exit } from './exit.js';
import { run } from './run.js';

let stop: AbortController | undefined;

function interrupted(): AbortSignal {
  if (stop === undefined) {
    const controller = (stop = new AbortController());
    process.once('SIGINT', () => controller.abort());
  }
  return stop.signal;
}

/** What the shell is told; `undefined`: there is no answer yet. */
let told: Exit | undefined;

// A module that was loaded (--app, --codec) may end the program, or never be loaded to its end: that is no answer.
process.once('exit', () => {
  if (told === undefined) writeSync(2, 'saga: It was ended before it had an answer\n');
  process.exitCode = told ?? EXIT.failed;
});

function end(exit: Exit): void {
  told = exit;
  process.exit();
}

// Whoever reads has enough, as `head` does.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  end(error.code === 'EPIPE' ? EXIT.done : EXIT.failed);
});
// Nobody is left to be told; what is done goes on.
process.stderr.on('error', () => undefined);

const { env, stdout: out, stderr: err } = process;
const io = {
  ...{ env, out, err },
  /** Where nothing asks for it, Ctrl-C ends the program as any other. */
  get signal() {
    return interrupted();
  },
};
// Once all is written: a module that was loaded may have begun what never ends.
void run(process.argv.slice(2), io).then((exit) => {
  out.write('', () => err.write('', () => end(exit)));
});
