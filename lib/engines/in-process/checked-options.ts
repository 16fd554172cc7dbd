import type { Journal, OperatorJournal, SagaDefinition } from '../../core/index.js';
import {
  groupProblem,
  isGroup,
  LONGEST_TIMER_MS,
  methodsProblem,
  namesOf,
  type Ranges,
  rangesProblems,
  refuseProblems,
  refuseTransactional,
  SETTINGS,
  settingsProblems,
  unknownProblems,
  wholeProblem,
  withoutUndefined,
} from '../../core/engine/index.js';
import type { InProcessEngineOptions } from './engine-options.js';
import type { RecoveryOptions } from './recovery/index.js';
import type { RetentionOptions } from './operations/index.js';

/**
 * In ms. The heartbeat is sent three times per lease: with a shorter one a busy event loop would lose
 * its sagas.
 */
const MIN_LEASE_MS = 100;
const A_YEAR_MS = 31_536_000_000;
const MAX_KEPT_MS = 3_650 * 86_400_000;

const WORKER: Ranges<keyof RecoveryOptions> = {
  pollMs: [1, LONGEST_TIMER_MS],
  concurrency: [1, 100_000],
  maxRecoveries: [0, 1_000],
};

const DELETE_AFTER: Ranges<keyof RetentionOptions> = {
  completed: [0, MAX_KEPT_MS],
  compensated: [0, MAX_KEPT_MS],
  parked: [0, MAX_KEPT_MS],
  audit: [0, MAX_KEPT_MS],
};

/** What a journal cannot do without. */
type Needed = {
  [K in keyof Journal]-?: Partial<Pick<Journal, K>> extends Pick<Journal, K> ? never : K;
}[keyof Journal];

// As records, so that the compiler reports an option that is missing here.
const JOURNAL: Readonly<Record<Exclude<Needed, 'description' | 'operators'>, true>> = {
  ...{ open: true, close: true, create: true, append: true, load: true, get: true, list: true },
  ...{ heartbeat: true, claim: true, release: true, leave: true, requestCancel: true },
  ...{ forget: true, abandoned: true },
};
const OPERATORS: Readonly<Record<keyof OperatorJournal, true>> = {
  ...{ request: true, take: true, letGo: true, end: true, requests: true, audit: true },
  forget: true,
};
const OPTIONS = namesOf<InProcessEngineOptions>({
  ...SETTINGS,
  ...{ journal: true, leaseMs: true, worker: true, deleteAfter: true, transactions: true },
});

function operatorsProblem({ operators }: Pick<Journal, 'operators'>): string | undefined {
  const rule = 'what keeps the requests and acts of operators';
  return methodsProblem('journal.operators', operators, Object.keys(OPERATORS), rule);
}

function workerProblems(worker: unknown): readonly (string | undefined)[] {
  if (typeof worker === 'boolean') return [];
  return rangesProblems('worker', worker, WORKER, 'true, false or an object');
}

/** `Infinity` means for ever, as an option that is left out does. */
function withoutForEver<T>(group: T): T {
  if (!isGroup(group)) return group;
  return Object.fromEntries(Object.entries(group).filter(([, ms]) => ms !== Infinity)) as T;
}

function deletes(deleteAfter: unknown): boolean {
  return isGroup(deleteAfter) && Object.values(deleteAfter).some((ms) => ms !== undefined);
}

function transactionsProblem(transactions: unknown, journal: Journal): string | undefined {
  const rule = 'an object with run and use, as fromPg(pool) of ./transactions makes one';
  const problem = methodsProblem('transactions', transactions, ['run', 'use'], rule);
  const takesPart = journal?.isVolatile === true || typeof journal?.within === 'function';
  return (
    problem ?? (takesPart ? undefined : `transactions must be left out: ${cannotTakePart(journal)}`)
  );
}

/** Why no saga can be started in a transaction of the application's. */
export function cannotTakePart({ description }: Journal): string {
  return `the journal (${description}) cannot store sagas in a transaction of yours (it has no within())`;
}

/** @throws SagaDefinitionError for transactional steps where there are no transactions for them */
export function checkTransactional(
  definition: SagaDefinition,
  { transactions }: InProcessEngineOptions,
): void {
  if (transactions !== undefined) return;
  refuseTransactional(
    definition,
    'it needs to know how your transactions run: give SagaModule.forRoot() transactions, such as fromPg(pool) of ' +
      "nestjs-saga-orchestrator/transactions, in the journal's database",
  );
}

/** The options of the in-process engine that have defaults, with them. */
export interface CheckedOptions {
  readonly leaseMs: number;
  readonly recovery: RecoveryOptions;
  readonly deleteAfter: RetentionOptions;
}

/** Everything that is wrong with the options of the in-process engine. */
export function engineProblems(options: InProcessEngineOptions): readonly (string | undefined)[] {
  if (!isGroup(options)) return [groupProblem('the options of an engine', options)];
  const { journal, leaseMs, worker, deleteAfter, transactions } = options;
  return [
    ...unknownProblems('an engine', options, OPTIONS),
    methodsProblem(
      'journal',
      journal,
      Object.keys(JOURNAL),
      'a journal, as memoryJournal() and sqliteJournal({ file }) make one',
    ),
    isGroup(journal) ? operatorsProblem(journal) : undefined,
    ...settingsProblems(options),
    leaseMs === undefined
      ? undefined
      : wholeProblem('leaseMs', leaseMs, MIN_LEASE_MS, LONGEST_TIMER_MS),
    ...workerProblems(worker),
    ...rangesProblems('deleteAfter', withoutForEver(deleteAfter), DELETE_AFTER),
    transactions === undefined ? undefined : transactionsProblem(transactions, journal),
    worker === false && deletes(withoutForEver(deleteAfter))
      ? 'deleteAfter goes with a worker, which does the deleting: leave it out here, or worker: false'
      : undefined,
  ];
}

/** @throws SagaOptionsError with everything that is wrong. */
export function checkedOptions(options: InProcessEngineOptions): CheckedOptions {
  refuseProblems(engineProblems(options));
  const { leaseMs = 15_000, worker } = options;
  const deleteAfter = withoutForEver(options.deleteAfter);
  const keptAudit = options.deleteAfter?.audit === undefined ? { audit: A_YEAR_MS } : {};
  const wanted = typeof worker === 'object' ? withoutUndefined(worker) : {};
  return {
    leaseMs,
    recovery: { pollMs: leaseMs / 3, concurrency: 100, maxRecoveries: 5, ...wanted },
    deleteAfter: { ...keptAudit, ...withoutUndefined(deleteAfter ?? {}) },
  };
}
