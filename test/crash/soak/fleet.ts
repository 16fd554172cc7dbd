import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { start } from '../children.js';
import { NOT_STARTED, type WorkerTask } from './task.js';

const SCRIPT = new URL('./worker.mjs', import.meta.url);
/** How long a worker may take to end in its own time. */
const CLOSE_LIMIT_MS = 20_000;

export interface Worker {
  readonly number: number;
  readonly child: ChildProcess;
  /** The transfers that its customers wait for. */
  readonly inFlight: Set<number>;
  ready: boolean;
  stopped: boolean;
  /** Killed by us. */
  killed: boolean;
}

/**
 * Workers that are replaced when they die. Every customer asks, under the same id, until somebody has
 * told how the transfer has ended: what a worker did not answer is asked of the next.
 */
export class Fleet {
  readonly errors: string[] = [];
  /** What no worker may do, whatever befalls it. */
  readonly problems: string[] = [];
  readonly accepted = new Set<number>();
  readonly answered = new Set<number>();
  /** Transfers that a worker had to let go of before their end. */
  interrupted = 0;
  /** Workers that a saga has taken down. */
  poisoned = 0;
  #workers: Worker[] = [];
  readonly #again: number[] = [];
  #hired = 0;
  #next = 0;
  #allowed = 0;
  #closing = false;

  constructor(
    private readonly task: Omit<WorkerTask, 'worker'>,
    private sagas: number,
    private readonly size: number,
    /** Transfers of one worker at a time. */
    private readonly window = 32,
  ) {}

  start(): void {
    this.#workers = Array.from({ length: this.size }, () => this.#hire());
  }

  /** Lets it give out transfers up to that number. */
  allow(count: number): void {
    this.#allowed = Math.min(this.sagas, Math.max(this.#allowed, Math.ceil(count)));
    this.#feed();
  }

  /** Lets nothing more begin. Gives how many transfers there are. */
  enough(): number {
    return (this.sagas = this.#allowed = this.#next);
  }

  get state(): string {
    const each = this.#workers.map(
      ({ number, inFlight, ready, stopped }) =>
        `${number}:${inFlight.size}${ready ? '' : ' starting'}${stopped ? ' stopped' : ''}`,
    );
    return `${this.answered.size} of ${this.#next} answered, in flight ${each.join(', ')}`;
  }

  /** The running ones that something can be done to. */
  get victims(): readonly Worker[] {
    return this.#workers.filter(({ ready, stopped, killed }) => ready && !stopped && !killed);
  }

  get allAccepted(): boolean {
    return this.accepted.size === this.sagas;
  }

  get allAnswered(): boolean {
    return this.answered.size === this.sagas;
  }

  kill(worker: Worker): void {
    worker.killed = true;
    worker.child.kill('SIGKILL');
  }

  /** Stops it in the middle of whatever it does. */
  stop(worker: Worker): void {
    worker.stopped = true;
    worker.child.kill('SIGSTOP');
  }

  wake(worker: Worker): void {
    worker.child.kill('SIGCONT');
    worker.stopped = false;
    this.#feed();
  }

  /** Has it do something else than a transfer: `stall 3000`. */
  tell(worker: Worker, what: string): void {
    worker.child.stdin?.write(`${what}\n`);
  }

  /** Ends all workers in their own time, those that do not end by force. */
  async close(): Promise<void> {
    this.#closing = true;
    await Promise.all(this.#workers.map((worker) => this.#end(worker)));
  }

  async #end(worker: Worker): Promise<void> {
    const { child, number } = worker;
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    const force = setTimeout(() => {
      this.problems.push(`worker ${number} did not end within ${CLOSE_LIMIT_MS} ms`);
      this.kill(worker);
    }, CLOSE_LIMIT_MS);
    child.kill('SIGCONT');
    child.stdin?.end();
    await gone;
    clearTimeout(force);
  }

  #hire(): Worker {
    const number = (this.#hired += 1);
    const child = start(SCRIPT, [JSON.stringify({ ...this.task, worker: number })]);
    const state = { ready: false, stopped: false, killed: false };
    const worker: Worker = { number, child, inFlight: new Set(), ...state };
    createInterface({ input: child.stdout as NodeJS.ReadableStream }).on('line', (line) => {
      const space = line.indexOf(' ');
      this.#hear(worker, line.slice(0, space), line.slice(space + 1));
    });
    child.stderr?.on('data', (chunk: Buffer) => this.errors.push(chunk.toString()));
    // Writing to one that has just died is no reason to die as well.
    child.stdin?.on('error', () => undefined);
    child.once('close', (code, signal) => this.#bury(worker, code, signal));
    return worker;
  }

  #hear(worker: Worker, what: string, about: string): void {
    const number = Number(about);
    if (what === 'problem') this.problems.push(about);
    if (what === 'ready') worker.ready = true;
    if (what === 'dying') {
      worker.killed = true;
      this.poisoned += 1;
    }
    if (what === 'accepted') this.accepted.add(number);
    if (what === 'ended') this.answered.add(number);
    if (what === 'interrupted') {
      this.interrupted += 1;
      this.#again.push(number);
    }
    if (what === 'ended' || what === 'interrupted') worker.inFlight.delete(number);
    this.#feed();
  }

  #bury(worker: Worker, code: number | null, signal: string | null): void {
    const { number, inFlight, killed } = worker;
    const isExpected = killed || code === NOT_STARTED || (this.#closing && code === 0);
    if (!isExpected) {
      this.problems.push(`worker ${number} ended with ${code ?? signal}`);
    }
    this.#again.push(...inFlight);
    if (this.#closing) return;
    this.#workers = this.#workers.map((one) => (one === worker ? this.#hire() : one));
  }

  /** Gives what may be started to whoever has the least to do. */
  #feed(): void {
    while (!this.#closing) {
      const [idlest] = this.victims.toSorted((a, b) => a.inFlight.size - b.inFlight.size);
      if (idlest === undefined || idlest.inFlight.size >= this.window) return;
      const number = this.#again.shift() ?? this.#upcoming();
      if (number === undefined) return;
      idlest.inFlight.add(number);
      idlest.child.stdin?.write(`${number}\n`);
    }
  }

  #upcoming(): number | undefined {
    return this.#next < this.#allowed ? (this.#next += 1) : undefined;
  }
}
