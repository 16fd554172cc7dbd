import {
  isObject,
  namesOf,
  refuseProblems,
  shown,
  unknownProblems,
  wholeProblem,
} from '../../core/definition/index.js';
import { SagaOptionsError } from '../../core/index.js';

export interface MemoryJournalOptions {
  /**
   * How many sagas that completed or were compensated it remembers; the oldest are forgotten, so that
   * a process can run for ever. @default 10_000
   */
  readonly maxEnded?: number;
}

const OPTIONS = namesOf<MemoryJournalOptions>({ maxEnded: true });

/** @throws SagaOptionsError with everything that is wrong. */
export function checkOptions(options: MemoryJournalOptions): Required<MemoryJournalOptions> {
  if (!isObject(options)) {
    throw new SagaOptionsError(`memoryJournal must be given an object (got ${shown(options)})`);
  }
  const { maxEnded = 10_000 } = options;
  refuseProblems([
    ...unknownProblems('memoryJournal', options, OPTIONS),
    wholeProblem('maxEnded', maxEnded, 0, Number.MAX_SAFE_INTEGER),
  ]);
  return { maxEnded };
}
