import type { Run } from '../execution/index.js';
import { shown } from '../definition/index.js';
import { refKey, type SagaRef } from '../journal/index.js';
import { report, type Clock, type SagaLogger } from '../ports/index.js';
import { shownRef } from './engine-parts.js';
import { someOf } from './some-of.js';

/** How long nothing more is said of one saga, in ms. */
const SILENCE_MS = 600_000;

/**
 * Sagas that bear a name of this process and nothing else of its plan: as those of another service
 * that shares the journal. To park them, or to run a step for them, would be an act on a stranger.
 */
export class Strangers {
  /** When each was named last, in that order. */
  readonly #named = new Map<string, number>();

  constructor(
    private readonly clock: Clock,
    private readonly logger: SagaLogger,
  ) {}

  /** Whether the plan has none of the steps that the saga has run. Says so, from time to time. */
  isStranger({ definition, state }: Run, ref: SagaRef): boolean {
    const labels = state.steps.map(({ label }) => label);
    if (labels.length === 0 || labels.some((label) => definition.step(label) !== undefined)) {
      return false;
    }
    if (this.#isDue(refKey(ref))) {
      const what =
        `Saga ${shownRef(ref)} is left alone: it has run ${someOf(labels.map(shown))}, and no step of ` +
        `${definition.name} here is called so. If it is another service's, give each its own ` +
        'forRoot({ application }); if it is not, cancel or terminate it, or bring its steps back';
      report(this.logger, 'warn', what, { saga: ref.name, sagaId: ref.id });
    }
    return true;
  }

  #isDue(key: string): boolean {
    const now = this.clock.monotonic();
    for (const [other, at] of this.#named) {
      if (now - at < SILENCE_MS) break;
      this.#named.delete(other);
    }
    if (this.#named.has(key)) return false;
    this.#named.set(key, now);
    return true;
  }
}
