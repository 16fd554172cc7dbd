/** How often and after which pause a failed attempt is repeated. */
export interface RetryOptions {
  /** Further tries after the first attempt: `2` is at most 3 attempts. Whole number, 0 to 1,000. */
  readonly retries: number;
  /** Pause before the first retry, in ms, up to 24 h. @default 100 */
  readonly delay?: number;
  /** What each further pause is multiplied by, 1 to 100. @default 2 */
  readonly factor?: number;
  /** Upper bound of a pause, in ms, up to 24 h. @default 30_000 */
  readonly maxDelay?: number;
  /** Part of each pause that is left to chance, 0 to 1: `0.5` waits between 50 % and 100 % of it. @default 0 */
  readonly jitter?: number;
  /**
   * Whether this failure is worth another try, told at once: one that throws, or answers anything but
   * `true` or `false`, a promise among it, counts as `false` and is logged. @default all are
   */
  readonly when?: (error: unknown) => boolean;
}

export interface RetryPolicy extends Required<Omit<RetryOptions, 'when'>> {
  readonly when: ((error: unknown) => boolean) | undefined;
}

const DEFAULTS = { delay: 100, factor: 2, maxDelay: 30_000, jitter: 0, when: undefined } as const;

function policyOf(retries: number): RetryPolicy {
  return Object.freeze({ retries, ...DEFAULTS });
}

export const NO_RETRY = policyOf(0);

/** Compensations are retried more often by default; the caller still learns the end within a second. */
export const COMPENSATION_RETRY = policyOf(3);

/** An option that is left out, or `undefined`, gets its default. */
function withDefaults(option: object): Partial<RetryPolicy> {
  const given = Object.entries(option).filter(([, value]) => value !== undefined);
  return { ...DEFAULTS, ...(Object.fromEntries(given) as object) };
}

/** Applies the defaults to what was checked. */
export function retryPolicy(option: number | RetryOptions): RetryPolicy {
  if (option === 0) return NO_RETRY;
  return typeof option === 'number'
    ? policyOf(option)
    : Object.freeze(withDefaults(option) as RetryPolicy);
}

/** A bare number is one pause of that length. */
export function delayPolicy(option: number | RetryOptions): RetryPolicy {
  if (typeof option !== 'number') return retryPolicy(option);
  return retryPolicy({ retries: 0, delay: option, maxDelay: option });
}
