// Installs Debian's Redis where there is none.
import { execFileSync, spawnSync } from 'node:child_process';

export function installRedis() {
  const { error } = spawnSync('redis-server', ['--version'], { stdio: 'ignore' });
  if (error === undefined) return;
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const run = (...args) => {
    const command = process.getuid?.() === 0 ? args : ['sudo', ...args];
    console.log(`${command.join(' ')} …`);
    execFileSync(command[0], command.slice(1), { stdio: ['ignore', 'ignore', 'inherit'], env });
  };
  run('apt-get', 'update', '-q');
  run('apt-get', 'install', '-y', '-q', '--no-install-recommends', 'redis-server');
}
