import { type Clock, decide, refKey } from '../../../core/index.js';
import { missingUndos, type Run } from '../../../core/engine/index.js';

/** How long a deploy may take, in ms. What nobody has resumed by then is parked for an operator. */
const PATIENCE_MS = 600_000;

/** Whether this plan can drive it on, forward or compensating. */
function continues({ definition, state }: Run): boolean {
  const command = decide(definition, state);
  const isParked = command.type === 'record' && command.record.type === 'parked';
  return !isParked && missingUndos(definition, state).length === 0;
}

interface Met {
  readonly since: number;
  /** How many records it had: whoever drives it on adds to them. */
  readonly records: number;
}

/** Sagas that were begun by a newer version of their plan than this process has. */
export class VersionSkew {
  /** When each was first met in its present state, in that order. */
  readonly #met = new Map<string, Met>();

  constructor(private readonly clock: Clock) {}

  /** Whether it is left to processes that know its version, since this plan would park it. */
  isLeft(run: Run, records: number): boolean {
    if (continues(run)) return false;
    const now = this.clock.monotonic();
    const key = refKey({ name: run.sagaName, id: run.sagaId });
    const known = this.#met.get(key);
    if (known?.records !== records) {
      this.#met.delete(key);
      this.#met.set(key, { since: now, records });
    }
    this.#forget(now - 2 * PATIENCE_MS);
    return now - (this.#met.get(key)?.since ?? now) < PATIENCE_MS;
  }

  #forget(before: number): void {
    for (const [key, { since }] of this.#met) {
      if (since >= before) return;
      this.#met.delete(key);
    }
  }
}
