import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { start } from '../children.js';
import type { WorkerTask } from './task.js';

const SCRIPT = new URL('./worker.mjs', import.meta.url);
/** Transfers of one worker at a time. */
const WINDOW = 32;

interface Worker {
  readonly child: ChildProcess;
  /** What it was told to start, and has not said to have ended; `true` once it was accepted. */
  readonly inFlight: Map<number, boolean>;
  ready: boolean;
  stopped: boolean;
}

/**
 * Workers that are replaced when they die. Every transfer is given out until somebody has accepted
 * it: what a dead worker did not accept is given to the next, under the same id.
 */
export class Fleet {
  readonly acknowledged: string[] = [];
  readonly errors: string[] = [];
  /** Transfers that a worker had to let go of before their end. */
  interrupted = 0;
  accepted = 0;
  #workers: Worker[] = [];
  readonly #again: number[] = [];
  #next = 0;
  #allowed = 0;
  #closing = false;

  constructor(
    private readonly task: Omit<WorkerTask, 'acknowledged'>,
    private readonly directory: string,
    private readonly sagas: number,
    private readonly size: number,
  ) {}

  start(): void {
    this.#workers = Array.from({ length: this.size }, () => this.#hire());
  }

  /** Lets it give out transfers up to that number. */
  allow(count: number): void {
    this.#allowed = Math.min(this.sagas, Math.max(this.#allowed, Math.ceil(count)));
    this.#feed();
  }

  /** The running ones that something can be done to. */
  get victims(): readonly Worker[] {
    return this.#workers.filter(({ ready, stopped }) => ready && !stopped);
  }

  get allAccepted(): boolean {
    return this.accepted === this.sagas;
  }

  kill(worker: Worker): void {
    worker.child.kill('SIGKILL');
  }

  /** Stops it in the middle of whatever it does, and wakes it again after `ms`. */
  pause(worker: Worker, ms: number): void {
    worker.stopped = true;
    worker.child.kill('SIGSTOP');
    setTimeout(() => {
      worker.child.kill('SIGCONT');
      worker.stopped = false;
    }, ms);
  }

  /** Ends all workers in their own time, those that do not end by force. */
  async close(): Promise<void> {
    this.#closing = true;
    const ends = this.#workers.map(async ({ child }) => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      const force = setTimeout(() => child.kill('SIGKILL'), 20_000);
      child.kill('SIGCONT');
      child.stdin?.end();
      await gone;
      clearTimeout(force);
    });
    await Promise.all(ends);
  }

  #hire(): Worker {
    const acknowledged = join(this.directory, `worker-${this.acknowledged.length + 1}.log`);
    this.acknowledged.push(acknowledged);
    const child = start(SCRIPT, [JSON.stringify({ ...this.task, acknowledged })]);
    const worker: Worker = { child, inFlight: new Map(), ready: false, stopped: false };
    createInterface({ input: child.stdout as NodeJS.ReadableStream }).on('line', (line) => {
      const [what = '', number = ''] = line.split(' ');
      this.#hear(worker, what, Number(number));
    });
    child.stderr?.on('data', (chunk: Buffer) => this.errors.push(chunk.toString()));
    // Writing to one that has just died is no reason to die as well.
    child.stdin?.on('error', () => undefined);
    child.once('close', () => this.#bury(worker));
    return worker;
  }

  #hear(worker: Worker, what: string, number: number): void {
    if (what === 'ready') worker.ready = true;
    if (what === 'accepted') this.#accept(worker, number);
    if (what === 'interrupted') this.interrupted += 1;
    if (what === 'refused') this.#again.push(number);
    if (what !== 'ready' && what !== 'accepted') worker.inFlight.delete(number);
    this.#feed();
  }

  #accept(worker: Worker, number: number): void {
    if (worker.inFlight.get(number) === false) this.accepted += 1;
    worker.inFlight.set(number, true);
  }

  #bury(worker: Worker): void {
    for (const [number, accepted] of worker.inFlight) if (!accepted) this.#again.push(number);
    if (this.#closing) return;
    this.#workers = this.#workers.map((one) => (one === worker ? this.#hire() : one));
  }

  /** Gives what may be started to whoever has the least to do. */
  #feed(): void {
    while (!this.#closing) {
      const [idlest] = this.victims.toSorted((a, b) => a.inFlight.size - b.inFlight.size);
      if (idlest === undefined || idlest.inFlight.size >= WINDOW) return;
      const number = this.#again.pop() ?? this.#upcoming();
      if (number === undefined) return;
      idlest.inFlight.set(number, false);
      idlest.child.stdin?.write(`${number}\n`);
    }
  }

  #upcoming(): number | undefined {
    return this.#next < this.#allowed ? (this.#next += 1) : undefined;
  }
}
