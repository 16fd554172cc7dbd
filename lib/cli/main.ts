#!/usr/bin/env node
// The program `saga`: what package.json calls its bin.
import { run } from './run.js';

const stop = new AbortController();
process.once('SIGINT', () => stop.abort());

// Whoever reads has enough, as `head` does.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? 0 : 1);
});

const { env, stdout: out, stderr: err } = process;
void run(process.argv.slice(2), { env, out, err, signal: stop.signal }).then((exit) => {
  process.exitCode = exit;
});
