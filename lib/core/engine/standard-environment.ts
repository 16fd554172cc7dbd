import type { RunEnvironment } from '../execution/index.js';
import { systemClock, timeOrderedIds } from '../ports/index.js';

/** Time and chance for runs that nobody gave another environment. */
export const STANDARD_ENVIRONMENT: RunEnvironment = {
  clock: systemClock,
  ids: timeOrderedIds,
  random: Math.random,
};
