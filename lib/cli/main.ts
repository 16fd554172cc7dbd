#!/usr/bin/env node
// The program `saga`: what package.json calls its bin.
import { run } from './run.js';

let stop: AbortController | undefined;

function interrupted(): AbortSignal {
  if (stop === undefined) {
    const controller = (stop = new AbortController());
    process.once('SIGINT', () => controller.abort());
  }
  return stop.signal;
}

// Whoever reads has enough, as `head` does.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? 0 : 1);
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
void run(process.argv.slice(2), io).then((exit) => {
  process.exitCode = exit;
});
