import type {
  AuditFilter,
  AuditOutcome,
  AuditRow,
  OperatorAct,
  RequestFilter,
  RequestOutcome,
  RequestRow,
  SagaRef,
} from '../journal/index.js';
import type { OperatorCommand } from '../machine/index.js';
import type { OperatorReason } from './operator-reason.js';

/** What an operator may want of whoever knows a saga. */
export type SagaAct =
  | { readonly act: 'cancel' }
  /** From a label, else from the step that is open. */
  | { readonly act: 'resume'; readonly label?: string }
  | { readonly act: 'forget' }
  | OperatorCommand;

interface Acted {
  /** `''`: none. */
  readonly application: string;
  readonly name: string;
  readonly id: string;
  readonly act: OperatorAct;
  readonly label: string | undefined;
  readonly by: string;
  readonly reason: string;
  readonly origin: string;
  /** Why it was refused or has failed, or who withdrew it. */
  readonly message: string | undefined;
  /** Which part of it cannot be read; absent when all of it can. */
  readonly damage?: string;
}

/** What an operator has asked of whoever knows a saga. */
export interface SagaRequest extends Acted {
  readonly request: string;
  /** The bulk act that it is a part of; `undefined`: none. */
  readonly bulk: string | undefined;
  readonly createdAt: Date;
  /** The process that carries it out, or has; `undefined`: nobody yet. */
  readonly takenBy: string | undefined;
  readonly takenAt: Date | undefined;
  /** How often it was taken: more than once, when a process died of it or with it. */
  readonly takes: number;
  readonly endedAt: Date | undefined;
  /** `undefined`: it is open. */
  readonly outcome: RequestOutcome | undefined;
}

export interface SagaRequestPage {
  readonly requests: readonly SagaRequest[];
  readonly nextCursor?: string;
}

/** One act of an operator, as the audit has it. */
export interface SagaAuditEntry extends Acted {
  /** The request that asked for it, else a random id. */
  readonly entry: string;
  readonly at: Date;
  readonly outcome: AuditOutcome;
}

export interface SagaAuditPage {
  readonly entries: readonly SagaAuditEntry[];
  readonly nextCursor?: string;
}

/** What an engine keeps of its operators, beside its sagas. */
export interface EngineOperators {
  /**
   * Leaves an act for a process that knows the saga; a worker carries it out with its next look. It is
   * durable, and so is its outcome. `bulk` names the bulk act that it is a part of.
   *
   * @throws SagaNotFoundError where there is no such saga, SagaOptionsError, SagaSerializationError
   */
  request(ref: SagaRef, act: SagaAct, why: OperatorReason, bulk?: string): Promise<SagaRequest>;
  /** Takes back a request that nobody has taken. @throws SagaNotFoundError, SagaStateError */
  withdraw(request: string, why: OperatorReason): Promise<void>;
  requests(filter: RequestFilter): Promise<SagaRequestPage>;
  audit(filter: AuditFilter): Promise<SagaAuditPage>;
}

function acted(row: RequestRow | AuditRow): Acted {
  const { application, name, id, act, label, by, reason, origin, message, damage } = row;
  return {
    ...{ application, name, id, act, label: label ?? undefined, by, reason, origin },
    message: message ?? undefined,
    ...(damage === undefined ? {} : { damage }),
  };
}

function dateOf(ms: number | null): Date | undefined {
  return ms === null ? undefined : new Date(ms);
}

/** A request for those who look at it: without the result that it may bring. */
export function requestOf(row: RequestRow): SagaRequest {
  const { request, bulk, createdAt, takenBy, takenAt, takes, endedAt, outcome } = row;
  return {
    ...acted(row),
    bulk: bulk ?? undefined,
    ...{ request, createdAt: new Date(createdAt), takes, takenBy: takenBy ?? undefined },
    ...{ takenAt: dateOf(takenAt), endedAt: dateOf(endedAt), outcome: outcome ?? undefined },
  };
}

export function auditOf(row: AuditRow): SagaAuditEntry {
  const { entry, at, outcome } = row;
  return { ...acted(row), entry, at: new Date(at), outcome };
}
