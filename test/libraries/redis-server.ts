import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { freePort } from '../restate/ports.js';

export interface RedisServer {
  readonly host: string;
  readonly port: number;
  stop(): Promise<void>;
}

/** A real Redis on loopback that keeps nothing. */
export async function startRedis(): Promise<RedisServer> {
  const folder = mkdtempSync(join(tmpdir(), 'saga-redis-'));
  const [host, port] = ['127.0.0.1', await freePort()];
  const options = ['--bind', host, '--port', String(port), '--dir', folder, '--save', ''];
  const server = spawn('redis-server', options, { stdio: ['ignore', 'pipe', 'inherit'] });
  const end = (): void => void server.kill('SIGKILL');
  process.once('exit', end);
  const gone = once(server, 'exit');
  const ready = (async () => {
    for await (const line of createInterface(server.stdout))
      if (/Ready to accept/.test(line)) return;
    throw new Error('redis-server has ended before it was ready');
  })();
  await ready;
  // What nobody reads would hold it up in the end.
  server.stdout.resume();
  return {
    ...{ host, port },
    async stop() {
      server.kill('SIGTERM');
      await gone;
      process.off('exit', end);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
