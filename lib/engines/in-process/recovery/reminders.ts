import type { Clock } from '../../../core/index.js';
/** How long nothing more is said of the same thing, in ms. */
const SILENCE_MS = 600_000;

/** What is said once, and again from time to time. */
export class Reminders {
  /** When each was said last, in that order. */
  readonly #said = new Map<string, number>();

  constructor(private readonly clock: Clock) {}

  /** Whether it is time to say it; counts as said then. */
  isDue(key: string): boolean {
    const now = this.clock.monotonic();
    for (const [other, at] of this.#said) {
      if (now - at < SILENCE_MS) break;
      this.#said.delete(other);
    }
    if (this.#said.has(key)) return false;
    this.#said.set(key, now);
    return true;
  }
}
