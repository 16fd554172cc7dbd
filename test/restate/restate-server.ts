import { spawn, type ChildProcess } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './ports.js';

export { freePort } from './ports.js';

const START_MS = 60_000;
const STOP_MS = 10_000;

function binary(name: 'restate-server' | 'restatectl'): string {
  const platform = `${name}-${process.platform}-${process.arch}`;
  const path = join(
    process.cwd(),
    'test/restate/server/node_modules/@restatedev',
    platform,
    'bin',
    name,
  );
  if (!existsSync(path))
    throw new Error(`${path} is missing: node test/restate/server/install.mjs`);
  return path;
}

export const restatectl = (): string => binary('restatectl');

export interface ServerPlace {
  readonly name: string;
  readonly fabric: number;
  readonly admin: number;
  readonly ingress: number;
}

export async function serverPlace(name: string): Promise<ServerPlace> {
  const [fabric, admin, ingress] = [await freePort(), await freePort(), await freePort()];
  return { name, fabric, admin, ingress };
}

/** A real Restate server on loopback, with little memory and telemetry off. */
export class RestateServer {
  readonly ingressUrl: string;
  readonly adminUrl: string;
  readonly #folder = mkdtempSync(join(tmpdir(), 'saga-restate-'));
  #child: ChildProcess | undefined;
  #exited: Promise<void> = Promise.resolve();
  readonly #atExit = (): void => {
    this.#child?.kill('SIGKILL');
    rmSync(this.#folder, { recursive: true, force: true });
  };

  constructor(
    readonly place: ServerPlace,
    /** Further lines of its configuration, before the first table. */
    private readonly configuration = 'default-num-partitions = 2',
  ) {
    this.ingressUrl = `http://127.0.0.1:${place.ingress}`;
    this.adminUrl = `http://127.0.0.1:${place.admin}`;
  }

  static async start(): Promise<RestateServer> {
    const server = new RestateServer(await serverPlace('node-1'));
    await server.start();
    return server;
  }

  /** Starts it, or starts it again on the data that it has. */
  async start(ready: 'healthy' | 'listening' = 'healthy'): Promise<void> {
    const { name, fabric, admin, ingress } = this.place;
    const config = join(this.#folder, 'restate.toml');
    mkdirSync(this.#folder, { recursive: true });
    writeFileSync(
      config,
      `node-name = "${name}"
base-dir = "${join(this.#folder, 'data')}"
listen-mode = "tcp"
bind-address = "127.0.0.1:${fabric}"
advertised-address = "http://127.0.0.1:${fabric}"
disable-telemetry = true
disable-prometheus = true
rocksdb-total-memory-size = "96 MiB"
log-filter = "warn"
log-disable-ansi-codes = true
${this.configuration}
[admin]
bind-address = "127.0.0.1:${admin}"
disable-web-ui = true
[ingress]
bind-address = "127.0.0.1:${ingress}"
`,
    );
    const log = openSync(this.logFile, 'a');
    const child = spawn(binary('restate-server'), ['--no-logo', '--config-file', config], {
      stdio: ['ignore', log, log],
      // Its invokers leave folders behind, there where temporary things go.
      env: { ...process.env, DO_NOT_TRACK: '1', TMPDIR: this.#folder },
    });
    this.#child = child;
    this.#exited = new Promise((resolve) => child.once('exit', () => resolve()));
    process.once('exit', this.#atExit);
    if (ready === 'healthy') await this.untilHealthy();
  }

  get logFile(): string {
    return join(this.#folder, 'server.log');
  }

  async untilHealthy(): Promise<void> {
    const until = Date.now() + START_MS;
    for (;;) {
      if (this.#child?.exitCode !== null && this.#child?.exitCode !== undefined) {
        throw new Error(
          `restate-server ended:\n${readFileSync(this.logFile, 'utf8').slice(-2_000)}`,
        );
      }
      const healthy = await Promise.all([
        fetch(`${this.adminUrl}/health`),
        fetch(`${this.ingressUrl}/restate/health`),
      ]).then(
        (answers) => answers.every(({ ok }) => ok),
        () => false,
      );
      if (healthy) return;
      if (Date.now() > until)
        throw new Error(`${this.place.name} is not healthy in ${START_MS} ms`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** kill -9; resolves when it is dead. */
  async kill(): Promise<void> {
    this.#child?.kill('SIGKILL');
    await this.#exited;
  }

  /** Ends it and deletes its data. */
  async stop(): Promise<void> {
    const child = this.#child;
    const timer = setTimeout(() => child?.kill('SIGKILL'), STOP_MS);
    child?.kill('SIGTERM');
    await this.#exited;
    clearTimeout(timer);
    process.removeListener('exit', this.#atExit);
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
