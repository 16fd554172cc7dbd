import {
  COMPENSATION_RETRY,
  delayPolicy,
  NO_RETRY,
  retryPolicy,
  type RetryOptions,
  type RetryPolicy,
} from '../retry/index.js';
import type { UnknownWhen } from '../errors/index.js';
import type { ISagaContext } from './saga-context.js';
import { NOTHING_TO_UNDO, type ProbeAnswer, type SagaStep, type StepFailure } from './saga-step.js';
import type { TransactionIsolation } from './step-transaction.js';

/** Everything of a step but its label, action and compensation, with the defaults applied. */
export interface StepPolicy {
  readonly retry: RetryPolicy;
  readonly timeout: number | undefined;
  readonly timeoutGrace: number;
  readonly pivot: boolean;
  readonly compensateOn: 'done' | 'attempted';
  readonly compensationRetry: RetryPolicy;
  readonly compensationTimeout: number;
  readonly idempotent: boolean;
  readonly nothingToUndo: boolean;
  readonly unknownWhen: UnknownWhen | undefined;
  readonly probeDelay: RetryPolicy | undefined;
  /** Each attempt is a transaction of the application's, which keeps the record of it, too. */
  readonly transaction: boolean;
  readonly transactionIsolation: TransactionIsolation | undefined;
  /** A barrier stands before it, in a database that is not the journal's. */
  readonly barrier: boolean;
  readonly probe:
    ((ctx: ISagaContext<unknown>) => ProbeAnswer | PromiseLike<ProbeAnswer>) | undefined;
  readonly checkResult: ((result: unknown) => unknown) | undefined;
  readonly onError: ((failure: StepFailure, ctx: ISagaContext<unknown>) => unknown) | undefined;
}

/** Stands for the question that is put to the barrier. */
const OF_BARRIER = (): ProbeAnswer => 'unknown';

export const DEFAULT_POLICY: StepPolicy = Object.freeze({
  retry: NO_RETRY,
  timeout: undefined,
  timeoutGrace: 5_000,
  pivot: false,
  compensateOn: 'done',
  compensationRetry: COMPENSATION_RETRY,
  compensationTimeout: 30_000,
  idempotent: true,
  nothingToUndo: false,
  unknownWhen: undefined,
  probeDelay: undefined,
  transaction: false,
  transactionIsolation: undefined,
  barrier: false,
  probe: undefined,
  checkResult: undefined,
  onError: undefined,
});

function policyOr(option: number | RetryOptions | undefined, standard: RetryPolicy): RetryPolicy {
  return option === undefined ? standard : retryPolicy(option);
}

export function policyOf(step: SagaStep<never, never, never>): StepPolicy {
  const barrier: boolean = step.barrier ?? false;
  return Object.freeze({
    retry: policyOr(step.retry, NO_RETRY),
    timeout: step.timeout,
    timeoutGrace: step.timeoutGrace ?? DEFAULT_POLICY.timeoutGrace,
    pivot: step.pivot ?? false,
    compensateOn: step.compensateOn ?? 'done',
    compensationRetry: policyOr(step.compensationRetry, COMPENSATION_RETRY),
    compensationTimeout: step.compensationTimeout ?? DEFAULT_POLICY.compensationTimeout,
    idempotent: step.idempotent ?? true,
    nothingToUndo: step.compensate === NOTHING_TO_UNDO,
    unknownWhen: step.unknownWhen,
    probeDelay: step.probeDelay === undefined ? undefined : delayPolicy(step.probeDelay),
    transaction: step.transaction ?? false,
    transactionIsolation: step.transactionIsolation,
    barrier,
    probe: barrier ? OF_BARRIER : (step.probe as StepPolicy['probe']),
    checkResult: step.checkResult,
    onError: step.onError as StepPolicy['onError'],
  });
}
