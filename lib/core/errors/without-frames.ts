/**
 * Makes an error whose stack would lead to this package and nowhere else: to find its frames takes longer than
 * all else.
 */
export function withoutFrames<E extends Error>(make: () => E): E {
  const { stackTraceLimit } = Error;
  // Not to be written where the built-ins are frozen.
  const isWritten = Reflect.set(Error, 'stackTraceLimit', 0);
  try {
    return make();
  } finally {
    if (isWritten) Error.stackTraceLimit = stackTraceLimit;
  }
}
