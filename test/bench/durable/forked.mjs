import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** A script of this folder in a process of its own that tells what it has to say by messages. */
export function forked(script, config) {
  const child = fork(join(import.meta.dirname, script), [JSON.stringify(config)], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  const end = () => child.kill('SIGKILL');
  process.once('exit', end);
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (chunk) => (said = (said + chunk).slice(-4_000)));
  const gone = once(child, 'exit').then(() => process.removeListener('exit', end));
  return {
    /** What it says next. */
    async next() {
      const early = gone.then(() => Promise.reject(new Error(`${script} ended:\n${said}`)));
      early.catch(() => undefined);
      const [message] = await Promise.race([once(child, 'message'), early]);
      return message;
    },
    async kill() {
      end();
      await gone;
    },
  };
}
