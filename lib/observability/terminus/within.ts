/** Told in place of an answer that did not come in time. */
export const TOO_LATE = Symbol('too late');

/** What a promise ends with, or {@link TOO_LATE} once that many ms are over. */
export function within<T>(work: Promise<T>, ms: number): Promise<T | typeof TOO_LATE> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<typeof TOO_LATE>((resolve) => {
    timer = setTimeout(() => resolve(TOO_LATE), ms);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
