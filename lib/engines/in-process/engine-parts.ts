import {
  LeaseLostError,
  type RunEnvironment,
  type SagaDefinition,
  type SagaLogger,
  type SagaRef,
  type SagaRow,
  type StoredSaga,
} from '../../core/index.js';
import {
  type DefinitionRegistry,
  groupProblem,
  nameProblem,
  refuseProblems,
  refuseUnknown,
  type Run,
  shown,
  shownSaga,
} from '../../core/engine/index.js';
import type { Claims } from './ownership/claims.js';
import type { Journaling } from './ownership/journaling.js';
import type { ActiveRuns } from './runs/active-runs.js';
import { planWithoutSteps, type RunFactory } from './runs/run-factory.js';

/** What the parts of one engine share. */
export interface EngineParts {
  readonly journaling: Journaling;
  readonly environment: RunEnvironment;
  readonly logger: SagaLogger;
  readonly registry: DefinitionRegistry;
  readonly live: ActiveRuns;
  readonly runs: RunFactory;
  readonly claims: Claims;
}

/** Not at rest: somebody has to work on it. */
export function isLive({ status }: SagaRow): boolean {
  return status === 'running' || status === 'compensating';
}

export function shownRef(ref: SagaRef): string {
  return shownSaga(ref.name, ref.id);
}

function applicationProblem(own: string, ref: SagaRef): string | undefined {
  const { application = own } = ref;
  if (application === own) return undefined;
  const whose = own === '' ? 'none' : shown(own);
  return `application must be this engine's, which is ${whose} (got ${shown(application)}); ask one of that application`;
}

/**
 * The ref with the application of this engine.
 *
 * @throws SagaOptionsError for what cannot name a saga, and for one of another application.
 */
export function checkedRef({ application }: Journaling, ref: SagaRef): SagaRef {
  refuseProblems([groupProblem('what names a saga', ref)]);
  refuseProblems([
    applicationProblem(application, ref),
    nameProblem('the saga name', ref.name),
    nameProblem('id', ref.id),
  ]);
  return { application, name: ref.name, id: ref.id };
}

/** @throws SagaNotFoundError */
export async function storedSaga(
  { journaling, registry }: EngineParts,
  ref: SagaRef,
): Promise<StoredSaga> {
  return (await journaling.journal.load(ref)) ?? refuseUnknown(registry, ref);
}

/** Without its records. @throws SagaNotFoundError */
export async function storedRow(
  { journaling, registry }: EngineParts,
  ref: SagaRef,
): Promise<SagaRow> {
  return (await journaling.journal.get(ref)) ?? refuseUnknown(registry, ref);
}

/**
 * A saga that this process has just claimed, as the row says. Under the epoch of whoever came after
 * it, this process would give back what is not its own.
 *
 * @throws LeaseLostError when another process has claimed it since.
 */
export async function claimedSaga(parts: EngineParts, row: SagaRow): Promise<StoredSaga> {
  const stored = await storedSaga(parts, row);
  if (stored.row.epoch === row.epoch) return stored;
  throw new LeaseLostError(`Saga ${shownRef(row)} belongs to another owner now`);
}

/**
 * A saga as its journal has it now: to look at, not to drive. By its own version of the plan, unless
 * another plan is given.
 *
 * @throws SagaNotFoundError
 */
export async function viewOf(
  parts: EngineParts,
  ref: SagaRef,
  definition?: SagaDefinition,
): Promise<Run> {
  const stored = await storedSaga(parts, ref);
  return parts.runs.view(definition ?? parts.registry.get(ref.name, stored.row.version), stored);
}

/**
 * As {@link viewOf}, also where nobody here knows its steps: what became of it can be told all the same.
 *
 * @throws SagaNotFoundError
 */
export async function viewByAnyPlan(parts: EngineParts, ref: SagaRef): Promise<Run> {
  const stored = await storedSaga(parts, ref);
  const plan = parts.registry.find(ref.name, stored.row.version) ?? planWithoutSteps(stored.row);
  return parts.runs.view(plan, stored);
}
