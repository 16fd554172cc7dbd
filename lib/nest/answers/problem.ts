import { STATUS_CODES } from 'node:http';
import {
  isSagaError,
  type InputIssue,
  type SagaError,
  type SagaErrorCode,
  type SagaInputError,
} from '../../core/index.js';

/** What a client is told of a saga's error, as RFC 9457 has it. Every text is ours: none is an error's own. */
export interface SagaProblem {
  readonly type: 'about:blank';
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  /** The failed step's, where `httpStatus` names it; else the error's. */
  readonly code: string;
  /** For the support, who finds everything else under it, and for who asks again. */
  readonly sagaId?: string;
  /** What is wrong with the input, in the words of its schema. */
  readonly errors?: readonly InputIssue[];
}

type Told = readonly [status: number, detail: string];

const LATER = 'It is not decided yet. It is safe to ask again with the same id.';
const OURS: Told = [500, 'Something went wrong here.'];
const INPUT: Told = [400, 'The request holds a value that cannot be kept.'];

const ANSWERS: Readonly<Record<Exclude<SagaErrorCode, 'SAGA_EXECUTION'>, Told>> = {
  SAGA_INPUT: [400, 'The request is not valid.'],
  SAGA_OPTIONS: [400, 'The id, or another option of the request, is not valid.'],
  SAGA_SERIALIZATION: INPUT,
  SAGA_NOT_FOUND: [404, 'There is nothing under that id.'],
  SAGA_CONFLICT: [409, 'The id was used for another request. Take a new one.'],
  SAGA_STATE: [409, 'It is in a state in which that cannot be done. Nothing was changed.'],
  SAGA_BLOCKED: [409, 'It was undone before it was done. Nothing was done, and nothing will be.'],
  SAGA_CANCELLED: [409, 'It was cancelled.'],
  SAGA_INTERRUPTED: [503, LATER],
  SAGA_JOURNAL: [503, LATER],
  SAGA_LEASE_LOST: [503, LATER],
  SAGA_NEWER: [503, LATER],
  SAGA_TIMEOUT: [504, 'It took too long.'],
  SAGA_DEFINITION: OURS,
  SAGA_RESULT: OURS,
  SAGA_NON_RETRYABLE: OURS,
  SAGA_OUTCOME_UNKNOWN: OURS,
  SAGA_ALREADY_UNDONE: OURS,
  SAGA_CANNOT_COMPENSATE: OURS,
};

const COMPENSATED: Told = [409, 'It failed, and everything that was done for it has been undone.'];
const PARKED: Told = [500, 'It failed, and not all of it is undone. Somebody will look at it.'];

/** The code of the step that failed: of a saga in a saga, that of the innermost one. */
function failedCode(error: unknown): string | undefined {
  let cause: unknown = error;
  for (let depth = 0; depth < 50; depth += 1) {
    const { code, cause: inner } = (cause ?? {}) as { code?: unknown; cause?: unknown };
    if (code !== 'SAGA_EXECUTION') return typeof code === 'string' ? code : undefined;
    cause = inner;
  }
  return undefined;
}

function toldOf(error: SagaError): Told {
  if (error.code === 'SAGA_EXECUTION') return COMPENSATED;
  // A stored value of ours that cannot be read is no fault of the client's.
  const { path = '$' } = error as { readonly path?: string };
  if (error.code === 'SAGA_SERIALIZATION' && !path.startsWith('$')) return OURS;
  return ANSWERS[error.code] ?? OURS;
}

/** The HTTP status of an error, wherever one is answered. */
export function statusOf(error: SagaError): number {
  return toldOf(error)[0];
}

/**
 * What a client is told. `statuses` says by its code which status the failure of a step has, or an error of
 * this package. That a saga was parked is a 500 in any case: not all of it is undone.
 */
export function problemOf(
  error: SagaError,
  statuses: Readonly<Record<string, number>>,
): SagaProblem {
  const { sagaId, status: end } = error as { readonly sagaId?: string; readonly status?: string };
  const isParked = isSagaError(error, 'SAGA_EXECUTION') && end === 'parked';
  const named = isParked ? undefined : failedCode(error);
  const [standard, detail] = isParked ? PARKED : toldOf(error);
  const chosen =
    named !== undefined && Object.hasOwn(statuses, named) ? statuses[named] : undefined;
  const status = chosen ?? standard;
  const code = chosen === undefined || named === undefined ? error.code : named;
  return {
    type: 'about:blank',
    title: STATUS_CODES[status] ?? 'Error',
    ...{ status, detail, code },
    ...(typeof sagaId === 'string' ? { sagaId } : {}),
    ...(isSagaError(error, 'SAGA_INPUT')
      ? { errors: (error as never as SagaInputError).issues }
      : {}),
  };
}
