import { Inject, Injectable } from '@nestjs/common';
import type {
  EngineHealth,
  OperatorReason,
  SagaDefinition,
  SagaDetails,
  SagaEngine,
  SagaFilter,
  SagaHandle,
  SagaRef,
  SagaSummaryPage,
} from '../../core/index.js';
import { nameProblem, refuseProblems, wholeProblem } from '../../core/definition/index.js';
import { SAGA_ENGINE } from '../tokens.js';

/** Before any engine is asked. @throws SagaOptionsError for what cannot name a saga */
function refOf(name: string, id: string): SagaRef {
  refuseProblems([nameProblem('the saga name', name), nameProblem('id', id)]);
  return { name, id };
}

/** For operators: looks at sagas, and acts on them. Sagas are named by their saga name and id. */
@Injectable()
export class SagaOperations {
  constructor(@Inject(SAGA_ENGINE) private readonly engine: SagaEngine) {}

  /** One saga with its timeline; `undefined` when there is none. */
  async get(name: string, id: string): Promise<SagaDetails | undefined> {
    return this.engine.get(refOf(name, id));
  }

  /** A page of sagas, newest first. */
  list(filter: SagaFilter = {}): Promise<SagaSummaryPage> {
    return this.engine.list(filter);
  }

  /**
   * Cancels a saga: the action in flight is aborted, then what was done is undone. Resolves when the
   * cancel is a record, which is before its end: at once where this process works on it, else once its
   * owner has learned of it, at the next write or heartbeat. When nobody answers for a lease, it stays
   * in the row, and whoever takes the saga over makes it a record first of all.
   *
   * @throws SagaNotFoundError, or SagaStateError when it has ended, compensates already, or is past its
   *   pivot, also where that happened while the cancel was on its way.
   */
  async cancel(name: string, id: string, reason = 'cancelled by an operator'): Promise<void> {
    return this.engine.cancel(refOf(name, id), reason);
  }

  /**
   * Lets a saga that was interrupted, or parked on its way forward, go forward again. One whose
   * deadline has passed starts compensating, unless it is past its pivot; the handle's `result()` says
   * so.
   *
   * @throws SagaNotFoundError, or SagaStateError when it has started compensating: nothing that was
   *   undone is done again.
   */
  async resume(name: string, id: string, fromLabel?: string): Promise<SagaHandle> {
    return this.engine.resume(refOf(name, id), fromLabel);
  }

  /**
   * Stops a saga where it is, without undoing anything, and parks it.
   *
   * @throws SagaNotFoundError, or SagaStateError when it has ended.
   */
  async terminate(name: string, id: string, why: OperatorReason): Promise<void> {
    return this.engine.manual(refOf(name, id), { act: 'terminate' }, why);
  }

  /**
   * Goes on compensating a saga that was parked while compensating, for whatever reason; those whose
   * retries are exhausted have all of their attempts again.
   *
   * @throws SagaNotFoundError, or SagaStateError when it was not parked while compensating.
   */
  async retryCompensation(name: string, id: string, why: OperatorReason): Promise<void> {
    return this.engine.manual(refOf(name, id), { act: 'retry-compensation' }, why);
  }

  /**
   * Says that a step of a parked saga was undone by hand, and goes on compensating.
   *
   * @throws SagaNotFoundError, or SagaStateError when there is nothing to undo under that label.
   */
  async markCompensated(
    name: string,
    id: string,
    label: string,
    why: OperatorReason,
  ): Promise<void> {
    return this.engine.manual(refOf(name, id), { act: 'mark-compensated', label }, why);
  }

  /**
   * Says that the step in doubt of a parked saga has taken place, with its result, and goes on.
   *
   * @throws SagaNotFoundError, SagaSerializationError, or SagaStateError when the step was not started,
   *   the saga compensates already, or its deadline has passed: then it could only be undone, unless
   *   this step is its pivot, or past it.
   */
  async markStepDone(
    name: string,
    id: string,
    label: string,
    why: OperatorReason & { readonly result?: unknown },
  ): Promise<void> {
    // Where `why` is left out the engine says so, as for every other operator command.
    const { result } = (why as { readonly result?: unknown } | undefined) ?? {};
    return this.engine.manual(refOf(name, id), { act: 'mark-done', label, result }, why);
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
    name: string,
    id: string,
    label: string,
    why: OperatorReason,
  ): Promise<void> {
    return this.engine.manual(refOf(name, id), { act: 'mark-not-done', label }, why);
  }

  /** Deletes a saga at rest with its records. @throws SagaNotFoundError, SagaStateError */
  async forget(name: string, id: string): Promise<void> {
    return this.engine.forget(refOf(name, id));
  }

  /**
   * How this process stands: its lease, its active runs, whether it shuts down. Asks neither journal
   * nor server.
   */
  health(): EngineHealth {
    return this.engine.health();
  }

  /** The plan of a saga, to draw or compare. @throws SagaNotFoundError */
  definition(name: string, version?: number): SagaDefinition {
    refuseProblems([
      nameProblem('the saga name', name),
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
}
