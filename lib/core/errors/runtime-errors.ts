import { SagaError } from './saga-error.js';
import { quoted, shownSaga, shownWhole } from '../ports/index.js';

/** An attempt took longer than its step's `timeout`; the signal's reason and the attempt's error. */
export class SagaTimeoutError extends SagaError {
  readonly code = 'SAGA_TIMEOUT';
}

/** The saga was cancelled, by an operator or by its deadline; the signal's reason and the cause. */
export class SagaCancelledError extends SagaError {
  readonly code = 'SAGA_CANCELLED';

  constructor(
    readonly reason: string,
    readonly by: 'operator' | 'deadline',
  ) {
    super(
      by === 'deadline'
        ? 'The deadline of the saga has passed'
        : `Cancelled: ${shownWhole(reason)}`,
    );
  }
}

/** The call does not fit the state that the saga is in; nothing was changed. */
export class SagaStateError extends SagaError {
  readonly code = 'SAGA_STATE';
}

/** The id is taken by a saga with another definition or input; nothing was started. */
export class SagaConflictError extends SagaError {
  readonly code = 'SAGA_CONFLICT';
}

/** No saga of that name or id is known here. */
export class SagaNotFoundError extends SagaError {
  readonly code = 'SAGA_NOT_FOUND';
}

/**
 * This process stopped working on the saga, which has not ended: after a shutdown, a journal failure,
 * or at a step that awaited another saga of which that is true. Its journal says where it stands, and
 * recovery resumes it from there; a bare chain is resumed by running it again.
 *
 * Thrown out of an action, an undo or a probe, be it as a `cause`, it stops that saga in the same way.
 */
export class SagaInterruptedError extends SagaError {
  readonly code = 'SAGA_INTERRUPTED';

  constructor(
    readonly sagaName: string,
    readonly sagaId: string,
    why: string,
    options: { readonly cause?: unknown } = {},
  ) {
    super(`Saga ${shownSaga(sagaName, sagaId)} was interrupted: ${why}`, options);
  }
}

/** Another process owns the saga now: this one must write nothing more and undo nothing. */
export class LeaseLostError extends SagaError {
  readonly code = 'SAGA_LEASE_LOST';
}

/** The journal could not read or write. Never a step's failure: no compensation follows from it. */
export class SagaJournalError extends SagaError {
  readonly code = 'SAGA_JOURNAL';
}

/**
 * A later version of this package has written what this one does not know. It is not broken: processes
 * of that version resume it.
 */
export class SagaNewerError extends SagaError {
  readonly code = 'SAGA_NEWER';
}

/** A value that cannot be stored exactly, or what is stored cannot be read. */
export class SagaSerializationError extends SagaError {
  readonly code = 'SAGA_SERIALIZATION';

  constructor(
    /** Where in the value, from `$`: `$.items[3].price`. */
    readonly path: string,
    problem: string,
    options: { readonly cause?: unknown } = {},
  ) {
    super(`${path} ${problem}`, options);
  }
}

/** One thing that is wrong with the input of a saga, or the result of a step, in the words of the schema. */
export interface InputIssue {
  /** `items[2].price`; empty for the whole. */
  readonly path: string;
  readonly message: string;
}

/** So many issues stand in the message; all are in `issues`. */
const MOST_ISSUES = 10;

function issuesText(issues: readonly InputIssue[]): string {
  const lines = issues
    .slice(0, MOST_ISSUES)
    .map(({ path, message }) => (path === '' ? message : `${path}: ${message}`));
  const more = issues.length > MOST_ISSUES ? [`${issues.length - MOST_ISSUES} more`] : [];
  return shownWhole([...lines, ...more].join('; '));
}

/** What a saga was to be started with is not what its schema asks for. Nothing was stored. */
export class SagaInputError extends SagaError {
  readonly code = 'SAGA_INPUT';

  constructor(
    readonly sagaName: string,
    readonly issues: readonly InputIssue[],
  ) {
    super(`The input of saga ${shownWhole(sagaName)} is not valid: ${issuesText(issues)}`);
  }
}

/**
 * A step has taken place, and its result is not what its schema asks for: it is never run again, but undone. An action
 * that looks at its result itself may throw it.
 */
export class SagaResultError extends SagaError {
  readonly code = 'SAGA_RESULT';

  constructor(
    readonly label: string,
    readonly issues: readonly InputIssue[],
    options: { readonly cause?: unknown } = {},
  ) {
    super(`The result of step ${quoted(label)} is not valid: ${issuesText(issues)}`, options);
  }
}
