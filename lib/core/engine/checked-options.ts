import {
  isObject,
  methodsProblem,
  nameProblem,
  rangesProblems,
  refuseProblems,
  shown,
  wholeProblem,
  withoutUndefined,
  type Ranges,
} from '../definition/index.js';
import { LIMIT_RANGES, type Journal, type PayloadCodec } from '../journal/index.js';
import { LOG_LEVELS, LONGEST_TIMER_MS } from '../ports/index.js';
import type { InProcessEngineOptions } from './engine-options.js';
import type { EngineSettings } from './engine-provider.js';
import type { RecoveryOptions } from './recovery-worker.js';
import type { RetentionOptions } from './retention.js';

/** Its heartbeat is three times as frequent: below that a busy event loop would lose its sagas. */
const MIN_LEASE_MS = 100;
const MAX_KEPT_MS = 3_650 * 86_400_000;

const WORKER = {
  pollMs: [1, LONGEST_TIMER_MS],
  concurrency: [1, 100_000],
  maxRecoveries: [0, 1_000],
} as const satisfies Ranges;

const DELETE_AFTER = {
  completed: [0, MAX_KEPT_MS],
  compensated: [0, MAX_KEPT_MS],
  parked: [0, MAX_KEPT_MS],
} as const satisfies Ranges;

// As records, so that the compiler misses none.
const JOURNAL: Readonly<Record<Exclude<keyof Journal, 'description' | 'isVolatile'>, true>> = {
  ...{ open: true, close: true, create: true, append: true, load: true, get: true, list: true },
  ...{ heartbeat: true, claim: true, release: true, leave: true, requestCancel: true },
  forget: true,
};
const CODEC: Readonly<Record<keyof PayloadCodec, true>> = { encode: true, decode: true };

/** Everything that is wrong with what any engine is given. `undefined` means the default. */
export function settingsProblems(settings: EngineSettings): readonly (string | undefined)[] {
  const { logger, application, codec, limits, drainMs, unknownWhen } = settings;
  return [
    application === undefined || application === ''
      ? undefined
      : nameProblem('application', application),
    methodsProblem(
      'logger',
      logger,
      LOG_LEVELS,
      "a logger with debug, info, warn and error, as winston's is; nestLogger() makes one of Nest's",
    ),
    codec === undefined
      ? undefined
      : methodsProblem('codec', codec, Object.keys(CODEC), 'an object with encode and decode'),
    ...rangesProblems('limits', limits, LIMIT_RANGES),
    drainMs === undefined ? undefined : wholeProblem('drainMs', drainMs, 0, LONGEST_TIMER_MS),
    unknownWhen === undefined || typeof unknownWhen === 'function'
      ? undefined
      : `unknownWhen must be a function of an error (got ${shown(unknownWhen)})`,
  ];
}

function workerProblems(worker: unknown): readonly (string | undefined)[] {
  if (typeof worker === 'boolean') return [];
  return rangesProblems('worker', worker, WORKER, 'true, false or an object');
}

/** `Infinity` is as long as what is left out: for ever. */
function withoutForEver<T>(group: T): T {
  if (!isObject(group)) return group;
  return Object.fromEntries(Object.entries(group).filter(([, ms]) => ms !== Infinity)) as T;
}

function deletes(deleteAfter: unknown): boolean {
  return isObject(deleteAfter) && Object.values(deleteAfter).some((ms) => ms !== undefined);
}

/** The options of the in-process engine that have defaults, with them. */
export interface CheckedOptions {
  readonly leaseMs: number;
  readonly recovery: RecoveryOptions;
  readonly deleteAfter: RetentionOptions;
}

/** @throws SagaOptionsError with everything that is wrong. */
export function checkedOptions(options: InProcessEngineOptions): CheckedOptions {
  const { journal, leaseMs = 15_000, worker } = options;
  const deleteAfter = withoutForEver(options.deleteAfter);
  refuseProblems([
    methodsProblem(
      'journal',
      journal,
      Object.keys(JOURNAL),
      'a journal, as memoryJournal() and sqliteJournal({ file }) make one',
    ),
    ...settingsProblems(options),
    wholeProblem('leaseMs', leaseMs, MIN_LEASE_MS, LONGEST_TIMER_MS),
    ...workerProblems(worker),
    ...rangesProblems('deleteAfter', deleteAfter, DELETE_AFTER),
    worker === false && deletes(deleteAfter)
      ? 'deleteAfter goes with a worker, which does the deleting: leave it out here, or worker: false'
      : undefined,
  ]);
  const wanted = typeof worker === 'object' ? withoutUndefined(worker) : {};
  return {
    leaseMs,
    recovery: { pollMs: leaseMs / 3, concurrency: 100, maxRecoveries: 5, ...wanted },
    deleteAfter: withoutUndefined(deleteAfter ?? {}),
  };
}
