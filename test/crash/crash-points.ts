import { writeSync } from 'node:fs';

/** Every place where a process may die, in the order in which one run comes by. */
export class CrashPoints {
  readonly passed: string[] = [];

  /** @param killAt The place, from 1, where this process dies; none: it lives. */
  constructor(private readonly killAt?: number) {}

  reach(point: string): void {
    this.passed.push(point);
    if (this.passed.length === this.killAt) dieAt(point);
  }
}

/** What a child writes just before it dies: the proof that the kill has fired where it should. */
export const FIRED = 'dies ';

function dieAt(point: string): never {
  writeSync(1, `${FIRED}${point}\n`);
  process.kill(process.pid, 'SIGKILL');
  // The signal ends all threads; until then this one does nothing more.
  for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}
