import { isError, messageOf, quoted, shownSaga } from '../ports/index.js';
import { SagaError } from './saga-error.js';

/** How a saga ended that did not complete. */
export interface SagaFailure {
  readonly sagaId: string;
  readonly sagaName: string;
  /** `parked`: an operator must act, see `parkReason`. */
  readonly status: 'compensated' | 'parked';
  /** Why the saga was parked. */
  readonly parkReason?: string;
  /** The step that failed; absent when the saga was cancelled between steps. */
  readonly failedLabel?: string;
  /** What made the saga compensate: the last error of the failed step, or a `SagaCancelledError`. */
  readonly cause: unknown;
  /** Labels whose compensation ran to its end, in that order. */
  readonly compensated: readonly string[];
  /** Labels that took place, or may have, and were not undone. */
  readonly notCompensated: readonly string[];
  /** Labels that a resume passed over without a record: neither run nor undone. */
  readonly skipped: readonly string[];
  readonly compensationErrors: readonly { readonly label: string; readonly error: unknown }[];
}

function describe(failure: SagaFailure): string {
  const where = failure.failedLabel === undefined ? '' : ` at step ${quoted(failure.failedLabel)}`;
  const why = isError(failure.cause) ? `: ${messageOf(failure.cause)}` : '';
  const end =
    failure.status === 'compensated'
      ? 'compensated'
      : `parked (${failure.parkReason ?? 'unknown'})`;
  return `Saga ${shownSaga(failure.sagaName, failure.sagaId)} failed${where} and is ${end}${why}`;
}

/**
 * What `runAsync()` throws, after the compensation has ended or was parked, never before.
 *
 * It has no numeric `status` and no `statusCode`: Nest's default exception filter would send the
 * message to the client.
 */
export class SagaExecutionException extends SagaError implements SagaFailure {
  declare readonly cause: unknown;
  readonly code = 'SAGA_EXECUTION';
  readonly sagaId: string;
  readonly sagaName: string;
  readonly status: 'compensated' | 'parked';
  readonly parkReason?: string;
  readonly failedLabel?: string;
  readonly compensated: readonly string[];
  readonly notCompensated: readonly string[];
  readonly skipped: readonly string[];
  readonly compensationErrors: readonly { readonly label: string; readonly error: unknown }[];

  constructor(failure: SagaFailure) {
    super(describe(failure), { cause: failure.cause });
    this.sagaId = failure.sagaId;
    this.sagaName = failure.sagaName;
    this.status = failure.status;
    if (failure.parkReason !== undefined) this.parkReason = failure.parkReason;
    if (failure.failedLabel !== undefined) this.failedLabel = failure.failedLabel;
    this.compensated = failure.compensated;
    this.notCompensated = failure.notCompensated;
    this.skipped = failure.skipped;
    this.compensationErrors = failure.compensationErrors;
  }

  /** For logs and APIs: no stack, no payload. */
  toJSON(): Record<string, unknown> {
    return {
      name: this.name,
      code: this.code,
      sagaId: this.sagaId,
      sagaName: this.sagaName,
      status: this.status,
      parkReason: this.parkReason,
      failedLabel: this.failedLabel,
      compensated: this.compensated,
      notCompensated: this.notCompensated,
      skipped: this.skipped,
    };
  }
}
