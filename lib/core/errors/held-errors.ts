import { isError } from '../ports/index.js';

/**
 * Where exceptions keep the error that they were made of, beside `cause`: Nest's `HttpException` and
 * `RpcException`, gaxios and `SuppressedError`, Stripe, Sequelize.
 */
const HOLDERS = ['response', 'error', 'detail', 'original'] as const;

/** What most errors hold, at every failure: no list is made of it. */
const NONE: readonly Error[] = [];

/** Only errors: under these names clients keep the body of an answer, too. May throw as getters do. */
export function heldErrors(error: object): readonly Error[] {
  const held = error as Readonly<Partial<Record<(typeof HOLDERS)[number], unknown>>>;
  let errors = NONE;
  for (const name of HOLDERS) {
    const one = held[name];
    if (isError(one)) errors = [...errors, one];
  }
  return errors;
}
