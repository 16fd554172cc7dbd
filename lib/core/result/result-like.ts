/** The four members that make a foreign result (neverthrow, ts-results-es) readable to us. */
export interface ResultLike<T, E> {
  isOk(): boolean;
  isErr(): boolean;
  readonly value?: T;
  readonly error?: E;
}

export function isResultLike(value: unknown): value is ResultLike<unknown, unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as Partial<ResultLike<unknown, unknown>>).isOk === 'function' &&
    typeof (value as Partial<ResultLike<unknown, unknown>>).isErr === 'function'
  );
}
