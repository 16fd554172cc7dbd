import type { SagaHandle, SagaHost } from './saga-host.js';
import type { SagaDefinition } from '../definition/index.js';
import type { SagaEvent } from '../events/index.js';
import type { JournalInsight, SagaFilter, SagaRef } from '../journal/index.js';
import type { OperatorCommand, ParkReason, SagaStatus } from '../machine/index.js';
import type { AttachedSaga } from './attached-saga.js';
import type { EngineHealth } from './engine-health.js';
import type { EngineOperators } from './engine-operators.js';
import type { OperatorReason } from './operator-reason.js';

/** One saga in a list. */
export interface SagaSummary {
  /** `''`: none. */
  readonly application: string;
  readonly id: string;
  readonly name: string;
  readonly version: number;
  readonly status: SagaStatus;
  readonly key: string | undefined;
  readonly tags: Readonly<Record<string, string>>;
  readonly recoveries: number;
  /** Why it is parked, and at which step; absent while it is not, and where it cannot be said. */
  readonly parkReason: ParkReason | undefined;
  readonly label: string | undefined;
  /**
   * It sleeps until then, and nobody owns it; `NO_WAKE_TIME`: until somebody wakes it. Absent while it
   * is awake.
   */
  readonly wakeAt?: Date;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  /** Which part of it cannot be read; absent when all of it can. */
  readonly damage?: string;
}

/** One saga, looked at closely. */
export interface SagaDetails extends SagaSummary {
  /** What happened, in order; no payloads. */
  readonly timeline: readonly SagaEvent[];
}

export interface SagaSummaryPage {
  readonly sagas: readonly SagaSummary[];
  readonly nextCursor?: string;
}

/** A host that keeps its sagas, and can be asked about them. */
export interface SagaEngine extends SagaHost {
  register(definition: SagaDefinition): void;
  /** @throws SagaNotFoundError */
  definition(name: string, version?: number): SagaDefinition;
  readonly definitions: readonly SagaDefinition[];
  /** Opens the journal and sends the first heartbeat. Idempotent. */
  open(): Promise<void>;
  /** Begins recovery: sagas of processes that died are resumed. Call it once the application is up. */
  recover(): Promise<void>;
  /** Lets active runs come to a step boundary, then releases them. Idempotent. */
  close(): Promise<void>;
  /** How this process stands. Asks neither journal nor server, and never throws. */
  health(): EngineHealth;
  /**
   * Asks the journal, or the server, for something trivial: whether it answers.
   * @throws SagaJournalError when it does not
   */
  ping(): Promise<void>;
  /** What an overview asks, of the engine's application unless another is named. Absent where nobody can say. */
  readonly insight?: JournalInsight;
  get(ref: SagaRef): Promise<SagaDetails | undefined>;
  /**
   * A saga with its data and its end, whatever process works on it. `undefined`: it is not there.
   * @throws SagaSerializationError, SagaNewerError for one that cannot be read here
   */
  attach(ref: SagaRef): Promise<AttachedSaga | undefined>;
  list(filter: SagaFilter): Promise<SagaSummaryPage>;
  /** A text: nobody says who. @throws SagaNotFoundError, or SagaStateError when it can no longer be cancelled. */
  cancel(ref: SagaRef, why: string | OperatorReason): Promise<void>;
  /**
   * Lets a saga that waits or was parked go forward again.
   * @throws SagaNotFoundError, SagaStateError
   */
  resume(ref: SagaRef, fromLabel?: string, why?: OperatorReason): Promise<SagaHandle>;
  /** Carries out an operator command. @throws SagaNotFoundError, SagaStateError */
  manual(ref: SagaRef, command: OperatorCommand, why: OperatorReason): Promise<void>;
  /** Deletes a saga at rest. @throws SagaNotFoundError, SagaStateError */
  forget(ref: SagaRef, why?: OperatorReason): Promise<void>;
  /** What its operators ask for, and did. Absent where it keeps neither. */
  readonly operators?: EngineOperators;
}
