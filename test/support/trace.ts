import type { SagaDefinition, SagaRecord } from 'nestjs-saga-orchestrator/core';

export type Direction = 'do' | 'undo' | 'probe';

/**
 * One thing that was seen of a saga, in the order in which it took place. Whoever drives a saga (the
 * pure machine, the builder, an engine on a journal, a process that is killed) can write one down.
 */
export type TraceEntry =
  /** A record stands: with a journal, it is durable. */
  | {
      readonly kind: 'record';
      readonly record: SagaRecord;
      readonly seq?: number;
      readonly epoch?: number;
    }
  /** An action, a compensation or a probe is called. */
  | { readonly kind: 'call'; readonly direction: Direction; readonly label: string }
  /** The participant has done it: the world has changed, whoever gets to know of it. */
  | { readonly kind: 'effect'; readonly direction: 'do' | 'undo'; readonly label: string }
  /** A row that a transactional step, or its undo, has committed: others see it from here on. */
  | {
      readonly kind: 'row';
      readonly direction: 'do' | 'undo';
      readonly label: string;
      /** Of the owner that made it. */
      readonly epoch: number;
    }
  /** Another session looks at rows and records, as of this moment. */
  | { readonly kind: 'look' }
  /** The call has come back, or was given up. */
  | { readonly kind: 'return'; readonly direction: Direction; readonly label: string }
  /** The process is gone, with all that was in flight. */
  | { readonly kind: 'crash' }
  /** Its process releases it in order: it has not died of it. */
  | { readonly kind: 'handed-over' }
  /** From here on this plan is deployed. */
  | { readonly kind: 'deploy'; readonly plan: Plan }
  /** Somebody asked to cancel it, and was told that it will be. */
  | { readonly kind: 'cancel-accepted' }
  /** A caller was told the end; `other`: an error that says nothing of the end. */
  | {
      readonly kind: 'answer';
      readonly status: 'completed' | 'compensated' | 'parked' | 'other';
    };

export type Trace = readonly TraceEntry[];

/** What an oracle has to know of a step. */
export interface PlannedStep {
  readonly label: string;
  readonly retired: boolean;
  /** At most so many attempts of the action, and of the undo. */
  readonly attempts: number;
  readonly undoAttempts: number;
  readonly canUndo: boolean;
  readonly canProbe: boolean;
  readonly undoneWhenAttempted: boolean;
  readonly idempotent: boolean;
  /** What it changes is committed together with its records. */
  readonly transactional: boolean;
}

export interface Plan {
  readonly steps: ReadonlyMap<string, PlannedStep>;
  readonly haltsOnFailedUndo: boolean;
}

export function planOf(definition: SagaDefinition): Plan {
  const steps = definition.steps.map(({ label, action, compensate, policy }): PlannedStep => ({
    label,
    retired: action === undefined,
    attempts: policy.retry.retries + 1,
    undoAttempts: policy.compensationRetry.retries + 1,
    canUndo: compensate !== undefined,
    canProbe: policy.probe !== undefined,
    undoneWhenAttempted: policy.compensateOn === 'attempted',
    idempotent: policy.idempotent,
    transactional: policy.transaction,
  }));
  return {
    steps: new Map(steps.map((step) => [step.label, step])),
    haltsOnFailedUndo: definition.onCompensationFailure === 'halt',
  };
}
