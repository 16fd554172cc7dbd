// Installs Debian's Redis and RabbitMQ where they are missing.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const PROGRAMS = {
  'redis-server': '/usr/bin/redis-server',
  'rabbitmq-server': '/usr/lib/rabbitmq/bin/rabbitmq-server',
};

export function installServers() {
  const missing = Object.keys(PROGRAMS).filter((name) => !existsSync(PROGRAMS[name]));
  if (missing.length === 0) return;
  console.log(`apt-get install ${missing.join(' ')} …`);
  const script = ['sh', join(import.meta.dirname, 'install-servers.sh'), ...missing];
  const [command, ...args] = process.getuid?.() === 0 ? script : ['sudo', ...script];
  execFileSync(command, args, { stdio: ['ignore', 'ignore', 'inherit'] });
}
