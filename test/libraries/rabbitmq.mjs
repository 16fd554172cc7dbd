// One RabbitMQ for all specs: Debian's, on loopback and free ports, as a user that owns nothing else.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, closeSync, mkdtempSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Runs the broker and Erlang's port mapper, which it would else leave behind as a daemon on all interfaces, until
 * standard input closes: also when this process is killed.
 */
const SUPERVISE = `
  exec 3<&0 </dev/null
  epmd & epmd=$!
  until epmd -names; do kill -0 "$epmd" && sleep 0.05 || exit 1; done
  /usr/lib/rabbitmq/bin/rabbitmq-server & server=$!
  read -r _ <&3
  kill -KILL "$server" "$epmd"
  wait
  cd / && rm -rf "$1"
`;
const PATIENCE_MS = 60_000;

/** A host of its own for each major version of Nest. */
const HOSTS = ['nest-11', 'nest-12'];
const definitions = {
  users: [{ name: 'guest', password: 'guest', tags: '' }],
  vhosts: HOSTS.map((name) => ({ name })),
  permissions: HOSTS.map((vhost) => {
    return { user: 'guest', vhost, configure: '.*', write: '.*', read: '.*' };
  }),
};

async function freePorts(count) {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => server.address().port);
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}

/** Begins to start it, which takes a few seconds. */
export async function startRabbitMq() {
  const folder = mkdtempSync(join(tmpdir(), 'saga-rabbitmq-'));
  const [amqp, epmd, distribution] = await freePorts(3);
  const config = {
    'listeners.tcp.1': `127.0.0.1:${amqp}`,
    load_definitions: join(folder, 'definitions.json'),
  };
  const lines = Object.entries(config).map(([name, value]) => `${name} = ${value}\n`);
  writeFileSync(join(folder, 'rabbitmq.conf'), lines.join(''));
  writeFileSync(join(folder, 'definitions.json'), JSON.stringify(definitions));
  const unprivileged = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
  if (unprivileged.uid !== undefined) chownSync(folder, unprivileged.uid, unprivileged.gid);
  const log = join(folder, 'log');
  const output = openSync(log, 'w');
  const child = spawn('/bin/sh', ['-c', SUPERVISE, 'sh', folder], {
    ...unprivileged,
    cwd: folder,
    // A group of its own: a signal for the others must not come before the tests have ended.
    detached: true,
    stdio: ['pipe', output, output],
    env: {
      PATH: process.env.PATH,
      HOME: folder,
      ERL_EPMD_ADDRESS: '127.0.0.1',
      ERL_EPMD_PORT: String(epmd),
      RABBITMQ_NODENAME: 'saga@localhost',
      RABBITMQ_DIST_PORT: String(distribution),
      RABBITMQ_CONFIG_FILE: join(folder, 'rabbitmq.conf'),
      RABBITMQ_CONF_ENV_FILE: '/dev/null',
      RABBITMQ_ENABLED_PLUGINS_FILE: join(folder, 'plugins'),
      RABBITMQ_MNESIA_BASE: join(folder, 'data'),
      RABBITMQ_LOG_BASE: folder,
      RABBITMQ_LOGS: '-',
      ERL_CRASH_DUMP: join(folder, 'crash'),
      // The broker in place of a shell script that waits for it.
      RABBITMQ_ALLOW_INPUT: 'true',
      RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS:
        '-noinput +sbwt none -kernel inet_dist_use_interface {127,0,0,1}',
    },
  });
  closeSync(output);
  const gone = once(child, 'exit');
  return {
    url: `amqp://guest:guest@127.0.0.1:${amqp}`,
    async ready() {
      for (const deadline = Date.now() + PATIENCE_MS; ; await sleep(50)) {
        const said = readFileSync(log, 'utf8');
        if (said.includes('Server startup complete')) return;
        if (child.exitCode !== null || Date.now() > deadline) throw new Error(`no broker: ${said}`);
      }
    },
    async stop() {
      child.stdin.end();
      await gone;
    },
  };
}
