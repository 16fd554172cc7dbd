import { SagaOptionsError } from '../../core/index.js';
import {
  groupProblem,
  isGroup,
  namesOf,
  refuseProblems,
  unknownProblems,
  wholeProblem,
} from '../../core/engine/index.js';

export interface ReadyOptions {
  /** How long the journal may take to answer, in ms. @default 1_000 */
  readonly timeoutMs?: number;
}

/** What is too much; without any of them the numbers are told, and the check is up. */
export interface BacklogOptions {
  /** Unfinished sagas that nobody works on. @default any number */
  readonly maxUnowned?: number;
  /** How long the oldest of those may have been there, in ms. @default any time */
  readonly maxAgeMs?: number;
  /** Parked sagas. Above 1,000 they are counted as 1,001 where the engine only lists. @default any number */
  readonly maxParked?: number;
  /** How long the journal may take to tell all that, in ms. @default 10_000 */
  readonly maxJournalMs?: number;
}

const READY = namesOf<ReadyOptions>({ timeoutMs: true });
const BACKLOG = namesOf<BacklogOptions>({
  ...{ maxUnowned: true, maxAgeMs: true, maxParked: true, maxJournalMs: true },
});

function check(of: string, options: object, names: readonly string[], least: number): void {
  if (!isGroup(options)) refuseProblems([groupProblem(`what ${of} is given`, options)]);
  refuseProblems([
    ...unknownProblems(of, options, names),
    ...Object.entries(options)
      .filter(([name, value]) => names.includes(name) && value !== undefined)
      .map(([name, value]) => wholeProblem(name, value, least, Number.MAX_SAFE_INTEGER)),
  ]);
}

/** @throws SagaOptionsError with everything that is wrong. */
export function checkReady(options: ReadyOptions): void {
  check('ready()', options, READY, 1);
}

/** @throws SagaOptionsError with everything that is wrong. */
export function checkBacklog(options: BacklogOptions, canTellUnowned: boolean): void {
  check('backlog()', options, BACKLOG, 0);
  const { maxUnowned, maxAgeMs } = options;
  if (canTellUnowned || (maxUnowned === undefined && maxAgeMs === undefined)) return;
  throw new SagaOptionsError(
    'maxUnowned and maxAgeMs need a journal that tells who works on its sagas (insight): remove them, or take one of this package',
  );
}
