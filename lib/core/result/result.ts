import { ResultError } from './result-error.js';

/** The success half of a {@link Result}. */
export class Ok<T> {
  constructor(readonly value: T) {}

  isOk(): this is Ok<T> {
    return true;
  }

  isErr(): this is never {
    return false;
  }
}

/** The failure half of a {@link Result}. */
export class Err<E> {
  constructor(readonly error: E) {}

  isOk(): this is never {
    return false;
  }

  isErr(): this is Err<E> {
    return true;
  }
}

/**
 * What an action answers: `Ok` is done, `Err` is a failed attempt. Any object with `isOk()`,
 * `isErr()` and `value` / `error` is taken as well (neverthrow, ts-results-es).
 */
export type Result<T, E = ResultError> = Ok<T> | Err<E>;

function success(): Ok<undefined>;
function success<T>(value: T): Ok<T>;
function success(value?: unknown): Ok<unknown> {
  return new Ok(value);
}

/** Makes {@link Result}s. */
export const ResultFactory = {
  /** The step is done; `value` is its result. */
  success,

  /** A failed attempt; the step's retry policy decides whether there is another one. */
  error(code: string | number, message: string, cause?: unknown): Err<ResultError> {
    return new Err(new ResultError(code, message, { cause }));
  },

  /** A failed attempt that no further try can mend: the remaining retries are not used. */
  nonRetryable(code: string | number, message: string, cause?: unknown): Err<ResultError> {
    return new Err(new ResultError(code, message, { cause, retryable: false }));
  },
};
