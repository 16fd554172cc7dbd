import type { Run } from '../execution/index.js';
import { refKey } from '../journal/index.js';
import { decide, missingUndos } from '../machine/index.js';
import type { Clock } from '../ports/index.js';

/** How long a deploy may take, in ms. What nobody has carried on by then is parked for an operator. */
const PATIENCE_MS = 600_000;

/** Whether its plan can carry it on, forward or back. */
function continues({ definition, state }: Run): boolean {
  const command = decide(definition, state);
  const isParked = command.type === 'record' && command.record.type === 'parked';
  return !isParked && missingUndos(definition, state).length === 0;
}

/** Sagas that a newer version of their plan has begun, as a process meets them that lacks it. */
export class NewerSagas {
  /** When each was met first, in that order. */
  readonly #since = new Map<string, number>();

  constructor(private readonly clock: Clock) {}

  /** Whether it is left to those that know its version, since this plan would park it. */
  isLeft(run: Run): boolean {
    if (continues(run)) return false;
    const now = this.clock.monotonic();
    const key = refKey({ name: run.sagaName, id: run.sagaId });
    const since = this.#since.get(key) ?? now;
    this.#since.set(key, since);
    this.#forget(now - 2 * PATIENCE_MS);
    return now - since < PATIENCE_MS;
  }

  #forget(before: number): void {
    for (const [key, since] of this.#since) {
      if (since >= before) return;
      this.#since.delete(key);
    }
  }
}
