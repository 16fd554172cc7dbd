import type { Recovered } from './recovery.js';
import { shownFailure, type Failure } from './sweep.js';

/** Counts what passed and failed, and says it at the end in one plain line. */
export class Tally {
  readonly #began = performance.now();
  passed = 0;
  failed = 0;
  kills = 0;

  /** Counts cases, and shows what is wrong with those that failed. Returns how many did. */
  cases(count: number, failures: readonly Failure[], recovered: readonly Recovered[]): number {
    for (const failure of failures) console.error(shownFailure(failure, recovered));
    const bad = new Set(failures.map(({ own }) => own.name)).size;
    this.failed += bad;
    this.passed += count - bad;
    return bad;
  }

  check(holds: boolean, what: string): void {
    if (holds) this.passed += 1;
    else this.failed += 1;
    console.log(`${holds ? '✔' : '✘'} ${what}`);
  }

  get seconds(): string {
    return `${((performance.now() - this.#began) / 1_000).toFixed(0)} s`;
  }

  end(): void {
    console.log(`\n${this.kills} kills in ${this.seconds}`);
    console.log(`${this.passed} passed, ${this.failed} failed`);
    process.exitCode = this.failed === 0 ? 0 : 1;
  }
}
