import { Inject, Injectable } from '@nestjs/common';
import type {
  SagaDefinition,
  SagaDetails,
  SagaEngine,
  SagaFilter,
  SagaHandle,
  SagaSummaryPage,
} from '../../core/index.js';
import { SAGA_ENGINE } from '../tokens.js';

/** For operators: looks at sagas, and acts on them. Sagas are named by their saga name and id. */
@Injectable()
export class SagaOperations {
  constructor(@Inject(SAGA_ENGINE) private readonly engine: SagaEngine) {}

  /** One saga with its timeline; `undefined` when there is none. */
  get(name: string, id: string): Promise<SagaDetails | undefined> {
    return this.engine.get({ name, id });
  }

  /** A page of sagas, newest first. */
  list(filter: SagaFilter = {}): Promise<SagaSummaryPage> {
    return this.engine.list(filter);
  }

  /**
   * Asks a saga to turn back: the action in flight is aborted, then what was done is undone.
   * Resolves when the wish is durable, which is before its end.
   *
   * @throws SagaNotFoundError, or SagaStateError when it has ended, undoes already, or is past its
   * pivot.
   */
  cancel(name: string, id: string, reason = 'cancelled by an operator'): Promise<void> {
    return this.engine.cancel({ name, id }, reason);
  }

  /**
   * Sends a saga that was interrupted, or parked on its way forward, on its way again.
   *
   * @throws SagaNotFoundError, or SagaStateError when it has begun to undo: nothing that was undone
   * is resurrected.
   */
  resume(name: string, id: string, fromLabel?: string): Promise<SagaHandle> {
    return this.engine.resume({ name, id }, fromLabel);
  }

  /** The plan of a saga, to draw or compare. @throws SagaNotFoundError */
  definition(name: string, version?: number): SagaDefinition {
    return this.engine.definition(name, version);
  }

  /** All plans of this application. */
  get definitions(): readonly SagaDefinition[] {
    return this.engine.definitions;
  }
}
