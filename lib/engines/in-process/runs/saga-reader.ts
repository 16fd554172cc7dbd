import {
  LeaseLostError,
  type SagaDefinition,
  type SagaDetails,
  type SagaFilter,
  type SagaRef,
  type SagaRow,
  type SagaSummaryPage,
  type StoredSaga,
} from '../../../core/index.js';
import {
  checkFilter,
  type DefinitionRegistry,
  detailsOf,
  groupProblem,
  nameProblem,
  planWithoutSteps,
  refuseProblems,
  refuseUnknown,
  type Run,
  shown,
  summariesOf,
} from '../../../core/engine/index.js';
import type { JournalAccess } from '../ownership/index.js';
import type { RunFactory } from './run-factory.js';
import { shownRef } from './shown.js';

/** Not at rest: some process has to drive it. */
export function isLive({ status }: SagaRow): boolean {
  return status === 'running' || status === 'compensating';
}

function applicationProblem(own: string, ref: SagaRef): string | undefined {
  const { application = own } = ref;
  if (application === own) return undefined;
  const whose = own === '' ? 'none' : shown(own);
  return `application must be this engine's, which is ${whose} (got ${shown(application)}); ask one of that application`;
}

/** Reads the sagas of one application: their rows, their records, and runs made of these. */
export class SagaReader {
  constructor(
    private readonly access: JournalAccess,
    private readonly registry: DefinitionRegistry,
    private readonly runs: RunFactory,
  ) {}

  refOf(name: string, id: string): SagaRef {
    return { application: this.access.application, name, id };
  }

  /**
   * The ref with the application of this engine.
   *
   * @throws SagaOptionsError for what cannot name a saga, and for one of another application.
   */
  checkedRef(ref: SagaRef): SagaRef {
    refuseProblems([groupProblem('what names a saga', ref)]);
    refuseProblems([
      applicationProblem(this.access.application, ref),
      nameProblem('the saga name', ref.name),
      nameProblem('id', ref.id),
    ]);
    return this.refOf(ref.name, ref.id);
  }

  /** @throws SagaNotFoundError for a name that nobody here knows. */
  planOf(name: string, version?: number): SagaDefinition {
    return this.registry.get(name, version);
  }

  /** A look-up that finds nothing. */
  async ping(): Promise<void> {
    await this.findRow(this.refOf(' ', ' '));
  }

  findRow(ref: SagaRef): Promise<SagaRow | undefined> {
    return this.access.journal.get(ref);
  }

  /** Without its records. @throws SagaNotFoundError */
  async row(ref: SagaRef): Promise<SagaRow> {
    return (await this.findRow(ref)) ?? refuseUnknown(this.registry, ref);
  }

  /** @throws SagaNotFoundError */
  async stored(ref: SagaRef): Promise<StoredSaga> {
    return (await this.access.journal.load(ref)) ?? refuseUnknown(this.registry, ref);
  }

  /**
   * A saga that this process has just claimed, as the row says. With a later epoch this process would
   * release what another one owns.
   *
   * @throws LeaseLostError when another process has claimed it since.
   */
  async claimed(row: SagaRow): Promise<StoredSaga> {
    const stored = await this.stored(row);
    if (stored.row.epoch === row.epoch) return stored;
    throw new LeaseLostError(`Saga ${shownRef(row)} belongs to another owner now`);
  }

  /** To drive it. @throws when its records cannot be read. */
  load(stored: StoredSaga, plan?: SagaDefinition): Run {
    return this.runs.load(plan ?? this.#ownPlan(stored), stored);
  }

  /** To look at it. By its own version of the plan, unless another plan is given. */
  viewOf(stored: StoredSaga, plan?: SagaDefinition): Run {
    return this.runs.view(plan ?? this.#ownPlan(stored), stored);
  }

  /** As {@link viewOf}, of what its journal has now. @throws SagaNotFoundError */
  async view(ref: SagaRef, plan?: SagaDefinition): Promise<Run> {
    return this.viewOf(await this.stored(ref), plan);
  }

  /**
   * As {@link view}, also where this process does not know its steps: its state can be told all the
   * same.
   *
   * @throws SagaNotFoundError
   */
  async viewByAnyPlan(ref: SagaRef): Promise<Run> {
    return (await this.findByAnyPlan(ref)) ?? refuseUnknown(this.registry, ref);
  }

  /** As {@link viewByAnyPlan}; `undefined` when it is not there. */
  async findByAnyPlan(ref: SagaRef): Promise<Run | undefined> {
    const stored = await this.access.journal.load(ref);
    if (stored === undefined) return undefined;
    const plan = this.registry.find(ref.name, stored.row.version) ?? planWithoutSteps(stored.row);
    return this.viewOf(stored, plan);
  }

  async details(ref: SagaRef): Promise<SagaDetails | undefined> {
    const stored = await this.access.journal.load(ref);
    return stored && detailsOf(stored, this.runs.codec);
  }

  /** A page of the sagas of one application: the engine's own, unless another one is asked for. */
  async list(filter: SagaFilter): Promise<SagaSummaryPage> {
    checkFilter(filter);
    const { journal, application } = this.access;
    const asked = { ...filter, application: filter.application ?? application };
    return summariesOf(await journal.list(asked));
  }

  #ownPlan({ row }: StoredSaga): SagaDefinition {
    return this.planOf(row.name, row.version);
  }
}
