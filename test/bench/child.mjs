import { spawn } from 'node:child_process';
import { join } from 'node:path';

/** So much of what a child says is kept, to be shown when it fails. */
const KEPT = 4_000;
/** By these the system ends a process whose runtime is broken: a bug of V8, not of what is measured. */
const CRASHES = new Set(['SIGTRAP', 'SIGILL', 'SIGSEGV', 'SIGBUS']);

/**
 * Runs a script of this folder in a fresh process, with `config` as JSON, and answers the JSON that
 * it prints.
 */
export function inChild(script, config, flags = []) {
  return new Promise((resolve, reject) => {
    const args = [...flags, join(import.meta.dirname, script), JSON.stringify(config)];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    const end = () => child.kill();
    process.once('exit', end);
    let text = '';
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (chunk) => (text += chunk));
    child.stderr.setEncoding('utf8').on('data', (chunk) => (said = (said + chunk).slice(-KEPT)));
    child.on('error', reject);
    child.on('close', (code, signal) => {
      process.removeListener('exit', end);
      if (code === 0) resolve(JSON.parse(text));
      else {
        const error = new Error(`${script} ended with ${signal ?? code}:\n${said}`);
        reject(Object.assign(error, { crashed: CRASHES.has(signal) }));
      }
    });
  });
}
