// over 200 lines because it is what operators inject: one method for each act, with its rules.
import { Inject, Injectable } from '@nestjs/common';
import {
  type AuditFilter,
  type EngineHealth,
  type EngineOperators,
  type OperatorReason,
  type RequestFilter,
  type SagaAct,
  type SagaAuditPage,
  type SagaDefinition,
  type SagaDetails,
  type SagaEngine,
  type SagaFilter,
  type SagaHandle,
  type SagaRequest,
  type SagaRequestPage,
  type SagaSummaryPage,
  SagaOptionsError,
} from '../../core/index.js';
import { isObject, refuseProblems, wholeProblem } from '../../core/definition/index.js';
import { SAGA_ENGINE } from '../tokens.js';
import { nameOf, refOf, type SagaNamed } from './saga-name.js';

/** As a {@link SagaFilter}, where a class may stand for its name. */
export interface SagaListFilter extends Omit<SagaFilter, 'name'> {
  readonly name?: SagaNamed;
}

/**
 * For operators: looks at sagas, and acts on them. A saga is named by its class, or by its saga name, and by
 * its id. Who acts, and why, is kept with the saga and in the audit, which outlives it.
 */
@Injectable()
export class SagaOperations {
  constructor(@Inject(SAGA_ENGINE) private readonly engine: SagaEngine) {}

  /**
   * One saga with its timeline; `undefined` when there is none of that id.
   *
   * @throws SagaNotFoundError for a name that no saga has, neither here nor in the journal.
   */
  async get(saga: SagaNamed, id: string): Promise<SagaDetails | undefined> {
    const ref = refOf(saga, id);
    const found = await this.engine.get(ref);
    if (found === undefined) await this.#checkUsed(ref.name);
    return found;
  }

  /** A page of sagas, newest first. */
  async list(filter: SagaListFilter = {}): Promise<SagaSummaryPage> {
    const { name } = (filter as SagaListFilter | null) ?? {};
    return this.engine.list(
      typeof name === 'function' ? { ...filter, name: nameOf(name) } : (filter as SagaFilter),
    );
  }

  /**
   * Cancels a saga: the action in flight is aborted, then what was done is undone. Resolves when the
   * cancel is a record, which is before its end: at once where this process works on it, else once its
   * owner has learned of it, at the next write or heartbeat. When nobody answers for a lease, it stays
   * in the row, and whoever takes the saga over makes it a record first of all. It needs no plan, unless
   * the saga is parked.
   *
   * @throws SagaNotFoundError, or SagaStateError when it has ended, compensates already, or is past its
   *   pivot, also where that happened while the cancel was on its way.
   */
  async cancel(saga: SagaNamed, id: string, why: OperatorReason): Promise<void>;
  async cancel(saga: SagaNamed, id: string, reason?: string): Promise<void>;
  async cancel(
    saga: SagaNamed,
    id: string,
    why: string | OperatorReason = 'cancelled by an operator',
  ): Promise<void> {
    return this.engine.cancel(refOf(saga, id), why);
  }

  /**
   * Lets a saga that was interrupted, or parked on its way forward, go forward again. One whose
   * deadline has passed starts compensating, unless it is past its pivot; the handle's `result()` says
   * so.
   *
   * @throws SagaNotFoundError, or SagaStateError when it has started compensating: nothing that was
   *   undone is done again.
   */
  async resume(
    saga: SagaNamed,
    id: string,
    why: OperatorReason & { readonly fromLabel?: string },
  ): Promise<SagaHandle>;
  async resume(saga: SagaNamed, id: string, fromLabel?: string): Promise<SagaHandle>;
  async resume(
    saga: SagaNamed,
    id: string,
    given?: string | (OperatorReason & { readonly fromLabel?: string }),
  ): Promise<SagaHandle> {
    const ref = refOf(saga, id);
    if (!isObject(given)) return this.engine.resume(ref, given);
    return this.engine.resume(ref, given.fromLabel, given);
  }

  /**
   * Stops a saga where it is, without undoing anything, and parks it.
   *
   * @throws SagaNotFoundError, or SagaStateError when it has ended.
   */
  async terminate(saga: SagaNamed, id: string, why: OperatorReason): Promise<void> {
    return this.engine.manual(refOf(saga, id), { act: 'terminate' }, why);
  }

  /**
   * Goes on compensating a saga that was parked while compensating, for whatever reason; those whose
   * retries are exhausted have all of their attempts again.
   *
   * @throws SagaNotFoundError, or SagaStateError when it was not parked while compensating.
   */
  async retryCompensation(saga: SagaNamed, id: string, why: OperatorReason): Promise<void> {
    return this.engine.manual(refOf(saga, id), { act: 'retry-compensation' }, why);
  }

  /**
   * Says that a step of a parked saga was undone by hand, and goes on compensating.
   *
   * @throws SagaNotFoundError, or SagaStateError when there is nothing to undo under that label.
   */
  async markCompensated(
    saga: SagaNamed,
    id: string,
    label: string,
    why: OperatorReason,
  ): Promise<void> {
    return this.engine.manual(refOf(saga, id), { act: 'mark-compensated', label }, why);
  }

  /**
   * Says that the step in doubt of a parked saga has taken place, with its result, and goes on.
   *
   * @throws SagaNotFoundError, SagaSerializationError, or SagaStateError when the step was not started,
   *   the saga compensates already, or its deadline has passed: then it could only be undone, unless
   *   this step is its pivot, or past it.
   */
  async markStepDone(
    saga: SagaNamed,
    id: string,
    label: string,
    why: OperatorReason & { readonly result?: unknown },
  ): Promise<void> {
    // Where `why` is left out the engine says so, as for every other operator command.
    const { result } = (why as { readonly result?: unknown } | undefined) ?? {};
    return this.engine.manual(refOf(saga, id), { act: 'mark-done', label, result }, why);
  }

  /**
   * Says that the step in doubt of a parked saga has not taken place. The saga stays parked: `resume`
   * then runs the step, also one that is not idempotent; `cancel` undoes the others and not this one
   * (but for `compensateOn: 'attempted'`).
   *
   * @throws SagaNotFoundError, or SagaStateError when the step is not in doubt, or the saga compensates
   *   already.
   */
  async markStepNotDone(
    saga: SagaNamed,
    id: string,
    label: string,
    why: OperatorReason,
  ): Promise<void> {
    return this.engine.manual(refOf(saga, id), { act: 'mark-not-done', label }, why);
  }

  /**
   * Deletes a saga at rest with its records; who did it, and why, stays in the audit.
   *
   * @throws SagaNotFoundError, SagaStateError
   */
  async forget(saga: SagaNamed, id: string, why?: OperatorReason): Promise<void> {
    return this.engine.forget(refOf(saga, id), why);
  }

  /**
   * Leaves an act for a process that knows the saga, which this one need not: a worker carries it out with
   * its next look (`pollMs`), and writes down what became of it. It is durable, and done once.
   *
   * ```ts
   * const { request } = await operations.request('CreateOrder', 'o-1', { act: 'retry-compensation' }, why);
   * const { requests: [now] } = await operations.requests({ request }); // now.outcome: 'done'
   * ```
   *
   * @throws SagaNotFoundError where there is no such saga; SagaOptionsError also where the engine keeps no
   *   requests; SagaSerializationError
   */
  async request(
    saga: SagaNamed,
    id: string,
    act: SagaAct,
    why: OperatorReason,
  ): Promise<SagaRequest> {
    return this.#operators.request(refOf(saga, id), act, why);
  }

  /** Takes back a request that nobody has taken yet. @throws SagaNotFoundError, SagaStateError */
  async withdraw(request: string, why: OperatorReason): Promise<void> {
    return this.#operators.withdraw(request, why);
  }

  /** A page of requests with what became of them, newest first. @throws SagaOptionsError */
  async requests(filter: RequestFilter = {}): Promise<SagaRequestPage> {
    return this.#operators.requests(filter);
  }

  /** A page of what operators did, newest first, also to sagas that are gone. @throws SagaOptionsError */
  async audit(filter: AuditFilter = {}): Promise<SagaAuditPage> {
    return this.#operators.audit(filter);
  }

  /**
   * How this process stands: its lease, its active runs, whether it shuts down. Asks neither journal
   * nor server.
   */
  health(): EngineHealth {
    return this.engine.health();
  }

  /** The plan of a saga, to draw or compare. @throws SagaNotFoundError */
  definition(saga: SagaNamed, version?: number): SagaDefinition {
    const name = nameOf(saga);
    refuseProblems([
      version === undefined
        ? undefined
        : wholeProblem('version', version, 1, Number.MAX_SAFE_INTEGER),
    ]);
    return this.engine.definition(name, version);
  }

  /** All plans of this application. */
  get definitions(): readonly SagaDefinition[] {
    return this.engine.definitions;
  }

  /** @throws SagaOptionsError */
  get #operators(): EngineOperators {
    const { operators } = this.engine;
    if (operators !== undefined) return operators;
    throw new SagaOptionsError(
      'This engine keeps no requests of operators, and no audit: a journal does. Restate delivers each act ' +
        'itself, from any process, and shows in the timeline of the saga who did what',
    );
  }

  /** A name that is misspelt must not look like a saga that is gone. @throws SagaNotFoundError */
  async #checkUsed(name: string): Promise<void> {
    if (this.engine.definitions.some((known) => known.name === name)) return;
    const { sagas } = await this.engine.list({ name, limit: 1 });
    if (sagas.length > 0) return;
    this.engine.definition(name);
  }
}
