import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import type { ServiceSettings } from './service.js';

const READY_MS = 60_000;
let bundled: Promise<string> | undefined;

/** The service with the sources of this repository in it. */
function bundle(): Promise<string> {
  return (bundled ??= (async () => {
    const folder = mkdtempSync(join(process.cwd(), 'node_modules/.saga-service-'));
    process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
    const file = join(folder, 'service.mjs');
    const source = (entry: string): string => join(process.cwd(), 'lib', entry, 'index.ts');
    await build({
      entryPoints: ['test/restate/faults/service.ts'],
      outfile: file,
      bundle: true,
      platform: 'node',
      format: 'esm',
      target: 'node20',
      external: ['@restatedev/restate-sdk'],
      alias: {
        'nestjs-saga-orchestrator/core': source('core'),
        'nestjs-saga-orchestrator/restate': source('engines/restate'),
      },
      logLevel: 'warning',
    });
    return file;
  })());
}

/** A service that is started again whenever it dies, as an orchestrator of containers would. */
export class ServiceProcess {
  #child: ChildProcess | undefined;
  #stopped = false;
  #deaths = 0;

  private constructor(private readonly settings: ServiceSettings) {}

  static async start(settings: ServiceSettings): Promise<ServiceProcess> {
    const service = new ServiceProcess(settings);
    await service.#spawn();
    return service;
  }

  get deaths(): number {
    return this.#deaths;
  }

  kill(): void {
    this.#child?.kill('SIGKILL');
  }

  /** Kills it for good. */
  async stop(): Promise<void> {
    this.#stopped = true;
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exited = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await exited;
  }

  async #spawn(): Promise<void> {
    const child = spawn(process.execPath, [await bundle(), JSON.stringify(this.settings)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#child = child;
    child.once('exit', () => {
      this.#deaths += 1;
      // A server that is down, too, lets it fail until it is back.
      setTimeout(() => {
        if (!this.#stopped) this.#spawn().catch(() => undefined);
      }, 100);
    });
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error('The service is not ready')), READY_MS);
      child.stdout?.once('data', () => resolve());
      child.once('exit', () => reject(new Error('The service died before it was ready')));
      child.once('close', () => clearTimeout(timer));
    });
  }
}
