import { HttpStatus } from '@nestjs/common';
import {
  isSagaError,
  SagaExecutionException,
  SagaInterruptedError,
  type SagaError,
} from 'nestjs-saga-orchestrator';

/** What a customer is told. The texts are ours: nothing of an error's own text gets out. */
export interface FailureAnswer {
  readonly statusCode: HttpStatus;
  readonly error: string;
  readonly message: string;
  /** For the support, who finds everything else under it. */
  readonly sagaId?: string;
}

/** The refusals that a customer can do something about, by the code of the participant's `Err`. */
const REFUSALS: Readonly<Record<string, FailureAnswer>> = {
  OUT_OF_STOCK: {
    statusCode: HttpStatus.CONFLICT,
    error: 'OUT_OF_STOCK',
    message: 'There is not enough of this product on stock. Nothing was charged.',
  },
  CARD_DECLINED: {
    statusCode: HttpStatus.PAYMENT_REQUIRED,
    error: 'CARD_DECLINED',
    message: 'The card was declined. Nothing was charged.',
  },
  UNKNOWN_PRODUCT: {
    statusCode: HttpStatus.UNPROCESSABLE_ENTITY,
    error: 'UNKNOWN_PRODUCT',
    message: 'There is no such product. Nothing was charged.',
  },
};

const FAILED: FailureAnswer = {
  statusCode: HttpStatus.SERVICE_UNAVAILABLE,
  error: 'ORDER_FAILED',
  message: 'The order could not be placed. Nothing was charged. Please try again later.',
};

const PARKED: FailureAnswer = {
  statusCode: HttpStatus.SERVICE_UNAVAILABLE,
  error: 'ORDER_NEEDS_ATTENTION',
  message: 'The order could not be placed, nor all of it be undone yet. Somebody will look at it.',
};

/** The saga has not ended, so nothing must be said of what was or was not charged. */
const INTERRUPTED: FailureAnswer = {
  statusCode: HttpStatus.SERVICE_UNAVAILABLE,
  error: 'ORDER_INTERRUPTED',
  message: 'The order is not decided yet. It is safe to ask again with the same Idempotency-Key.',
};

const KEY_TAKEN: FailureAnswer = {
  statusCode: HttpStatus.CONFLICT,
  error: 'IDEMPOTENCY_KEY_TAKEN',
  message: 'This Idempotency-Key was used for another order. Please take a new one.',
};

/** Why the saga was compensated, in the participant's word: `ResultFactory.error(code, …)`. */
function codeOf(cause: unknown): string {
  const { code } = (cause ?? {}) as { code?: unknown };
  return typeof code === 'string' ? code : '';
}

function answerOf(failure: SagaExecutionException): FailureAnswer {
  // Parked goes first: "nothing was charged" must not be said of a saga that is not all undone.
  if (failure.status === 'parked') return PARKED;
  const code = codeOf(failure.cause);
  return (Object.hasOwn(REFUSALS, code) ? REFUSALS[code] : undefined) ?? FAILED;
}

/** The answer to a request whose saga did not complete. */
export function failureAnswer(error: SagaError): FailureAnswer {
  if (error instanceof SagaExecutionException) {
    return { ...answerOf(error), sagaId: error.sagaId };
  }
  if (error instanceof SagaInterruptedError) return { ...INTERRUPTED, sagaId: error.sagaId };
  return isSagaError(error, 'SAGA_CONFLICT') ? KEY_TAKEN : INTERRUPTED;
}
