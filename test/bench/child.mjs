import { spawn } from 'node:child_process';
import { join } from 'node:path';

/** Runs a script of this folder in a fresh process and answers the JSON that it prints. */
export function inChild(script, args, flags = []) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...flags, join(import.meta.dirname, script), ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (chunk) => (text += chunk));
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve(JSON.parse(text));
      else reject(new Error(`${script} ${args.join(' ')} ended with code ${code}`));
    });
  });
}
